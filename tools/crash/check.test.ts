import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Alert } from '../../src/domain/alert.ts'
import type { EcsEvent } from '../../src/domain/event.ts'
import { DAY, HOUR, MINUTE, parseTime } from '../../src/domain/time.ts'
import { stamped } from '../../src/engine/stamp.ts'
import { type Evidence, faultsOf, type Outcome } from './check.ts'
import { jobsOfTest } from './jobs.ts'
import { alertsOf } from './replay.ts'
import { pushedDocuments } from './traffic.ts'

/** A comparison that cannot fail proves nothing: a server that did all well passes, and each way of doing ill is found. */

const START = Date.UTC(2026, 4, 25)
const END = START + 4 * DAY
const pushed = pushedDocuments({ seed: 1, start: START, end: END, hosts: ['desk-omar', 'quay-ci'] })
const whole = pushed.filter(({ broken }) => !broken)
const folder = mkdtempSync(join(tmpdir(), 'oddsock-check-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const sinkFile = join(folder, 'alerts.ndjson')
const evidence: Evidence = {
  pushed,
  acknowledged: new Set(whole.map(({ id }) => id)),
  refused: new Set(pushed.filter(({ broken }) => broken).map(({ id }) => id)),
  logged: new Map(),
  sinkFile,
  toldRules: new Set(['unusual_linux_network']),
  interruptions: 0,
  ordered: true,
  closedBefore: END - 15 * MINUTE,
  now: END,
}

let undisturbed: Outcome

before(async () => {
  const jobs = (await jobsOfTest()).slice(0, 1)
  const ids = new Set<string>()
  const events = whole
    .filter(({ id }) => !ids.has(id) && ids.add(id))
    .map(({ id, body, ingested }) => stamped({ ...JSON.parse(body), _index: 'x', _id: id }, ingested))
  const sequence = { events, ticks: [] }
  const alerts = await alertsOf(sequence, jobs)
  undisturbed = { sequence, alerts, expected: alerts }
})

function writeSink(lines: readonly { alert: string; reason: string }[]): void {
  const texts = lines.map(({ alert, reason }) =>
    JSON.stringify({
      'kibana.alert.uuid': alert,
      'oddsock.notice.id': `${alert} ${reason}`,
      'oddsock.notice.reason': reason,
    }),
  )
  writeFileSync(sinkFile, texts.map((text) => `${text}\n`).join(''))
}

interface Stored {
  readonly events: readonly EcsEvent[]
  readonly alerts: readonly Alert[]
}

/** What is found where a store was changed in this way. */
function found(change: (stored: Stored) => Partial<Stored>, more: Partial<Evidence> = {}): string {
  const { sequence, alerts, expected } = undisturbed
  const changed = { events: sequence.events, alerts, ...change({ events: sequence.events, alerts }) }
  const outcome = { sequence: { ...sequence, events: changed.events }, alerts: changed.alerts, expected }
  return faultsOf(outcome, { ...evidence, ...more }).join('\n')
}

const tell = (list: readonly Alert[]) => list.map((alert) => ({ alert: alert['kibana.alert.uuid'], reason: 'created' }))

test('a server that did all well passes', () => {
  const { alerts } = undisturbed
  assert.ok(alerts.length > 0)
  writeSink(tell(alerts))
  assert.equal(
    found(() => ({})),
    '',
  )
})

test('each way of doing ill is found', () => {
  writeSink(tell(undisturbed.alerts))
  const swapped = (list: readonly EcsEvent[]) => [list[1]!, list[0]!, ...list.slice(2)]
  const cases: readonly { change: (stored: Stored) => Partial<Stored>; says: RegExp }[] = [
    { change: ({ events }) => ({ events: events.slice(0, -1) }), says: /1 documents are lost: / },
    { change: ({ events }) => ({ events: [...events, events[3]!] }), says: /1 documents are doubled: / },
    { change: ({ events }) => ({ events: [...events, { ...events[3]!, _id: 'x' }] }), says: /sent by nobody: x/ },
    { change: ({ events }) => ({ events: swapped(events) }), says: /the order is not that of the sender: at place 1/ },
    { change: ({ alerts }) => ({ alerts: alerts.slice(1) }), says: /1 alerts are missing: / },
    {
      change: ({ alerts }) => ({ alerts: [...alerts, { ...alerts[0]!, 'kibana.alert.uuid': 'x' }] }),
      says: /1 alerts are too many: x/,
    },
    {
      change: ({ alerts }) => ({ alerts: alerts.map((alert) => ({ ...alert, 'kibana.alert.risk_score': 99 })) }),
      says: /fields of alerts differ: \w+: kibana.alert.risk_score/,
    },
    {
      change: ({ alerts }) => ({
        alerts: alerts.map((alert) => ({ ...alert, oddsock: { alert: { phase: 'provisional' } } })),
      }),
      says: /provisional alerts were never settled/,
    },
  ]
  for (const { change, says } of cases) assert.match(found(change), says)
  assert.match(
    found(() => ({}), { acknowledged: new Set([...evidence.acknowledged].slice(1)) }),
    /not taken/,
  )
  assert.match(
    found(() => ({}), { refused: new Set(), acknowledged: evidence.acknowledged }),
    /not refused|^$/,
  )
})

test('recent alerts have to be told, and not more often than a crash excuses', () => {
  const { alerts } = undisturbed
  const recent = alerts.filter((alert) => parseTime(alert['kibana.alert.original_time']) > END - 18 * HOUR)
  assert.notEqual(recent.length, 0)
  writeSink([])
  assert.match(
    found(() => ({})),
    /recent alerts were told to nobody/,
  )
  const [first] = tell(recent)
  writeSink([...tell(alerts), first!])
  assert.match(
    found(() => ({})),
    /1 notices came again, in 0 interruptions/,
  )
  assert.equal(
    found(() => ({}), { interruptions: 1 }),
    '',
  )
  writeSink([...tell(alerts), { ...first!, reason: 'confirmed' }, { ...first!, reason: 'withdrawn' }])
  assert.match(
    found(() => ({})),
    /confirmed and withdrawn/,
  )
})
