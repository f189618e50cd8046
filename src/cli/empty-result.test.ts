import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testFolder } from './testing/folder.ts'
import { run } from './testing/run.ts'
import { ecsLines, week } from './testing/week.ts'

const FOLDER = testFolder()
const LOG = FOLDER.write('week.ndjson', ecsLines(week()))

test('where nothing reaches the threshold, what came closest is named, and the threshold that shows it does', async () => {
  const { out, err } = await run(['scan', LOG, '--threshold', '100'])
  assert.match(
    out,
    /^\nTo look at \(7 days of data are too little for certainty; these are no alerts\):\n +\d+ {2}\/dev\/shm\/xmrig as www-data on web-1/,
  )
  const [, threshold] =
    /^Below the threshold of 100, the highest score is \d+: \/dev\/shm\/xmrig on web-1, .*See it with --threshold (\d+)$/m.exec(
      err,
    ) ?? []
  assert.ok(threshold, err)
  assert.match((await run(['scan', LOG, '--threshold', threshold])).out, /xmrig on web-1/)
})

test('where all events are older than --since, that is said instead', async () => {
  const { out, err } = await run(['scan', LOG, '--since', '2030-01-01'])
  assert.equal(out, '')
  assert.match(err, /^All events are older than 2030-01-01 00:00 UTC/m)
})

test('a host that stopped sending is named, one that still does is not', async () => {
  const events = week()
  const end = Math.max(...events.map(({ time }) => time))
  const log = FOLDER.write(
    'silent.ndjson',
    ecsLines(events.filter(({ host, time }) => host !== 'web-2' || time < end - 86_400_000)),
  )
  assert.match((await run(['scan', log])).err, /^1 host fell silent: web-2 since 2026-03-07 \d\d:\d\d UTC$/m)
  assert.doesNotMatch((await run(['scan', LOG])).err, /silent/)
})

test('input of which nothing can be read is not called empty', async () => {
  const { err } = await run(['scan', FOLDER.write('x.log', 'hello\n'), '--format', 'audit-log'])
  assert.match(err, /^1 piece rejected: /m)
  assert.match(err, /^No events: nothing in the input could be read/m)
})
