import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventsOfLog } from './log-delivery.ts'
import { loggedLines, pushedDocuments } from './traffic.ts'

const OPTIONS = {
  seed: 1,
  start: Date.UTC(2026, 4, 25),
  end: Date.UTC(2026, 4, 29, 12),
  hosts: ['quay-ci', 'quay-web1'],
}

test('documents come in the order of their arrival, the same for the same seed, and with all that real fleets do', () => {
  const documents = pushedDocuments(OPTIONS)
  assert.deepEqual(pushedDocuments(OPTIONS), documents)
  assert.notDeepEqual(pushedDocuments({ ...OPTIONS, seed: 2 }), documents)
  for (const [i, { ingested }] of documents.entries())
    assert.ok(ingested < OPTIONS.end && ingested >= (documents[i - 1]?.ingested ?? OPTIONS.start))
  const whole = documents.filter(({ broken }) => !broken)
  const events = whole.map(({ body }) => JSON.parse(body))
  const behind = events.map((event, i) => whole[i]!.ingested - Date.parse(event['@timestamp']))
  assert.ok(new Set(whole.map(({ id }) => id)).size < whole.length, 'some are sent again')
  assert.ok(behind.some((ms) => ms > 3_600_000) && behind.some((ms) => ms < -86_400_000), 'some are late, some far off')
  assert.ok(events.some(({ process }) => process.name === '__proto__'))
  assert.ok(events.some(({ process }) => process.name === 'oddling'))
  const broken = documents.filter((document) => document.broken)
  assert.notEqual(broken.length, 0)
  for (const { body } of broken) assert.throws(() => JSON.parse(body))
})

test('logs hold lines in time that our own reader takes, each event under one key', () => {
  const logs = loggedLines(OPTIONS)
  assert.deepEqual([...logs.keys()], ['quay-web1', 'quay-ci'])
  for (const [host, lines] of logs) {
    assert.ok(lines.every(({ time }, i) => time < OPTIONS.end && time >= (lines[i - 1]?.time ?? OPTIONS.start)))
    const events = eventsOfLog(
      host,
      lines.map(({ text }) => text),
    )
    const stamps = new Set(lines.map(({ text }) => /audit\([^)]*\)/.exec(text)?.[0]))
    assert.equal(events.size, stamps.size)
  }
})
