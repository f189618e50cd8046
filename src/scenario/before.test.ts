import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Alert } from '../domain/alert.ts'
import { HOUR } from '../domain/time.ts'
import { ALL } from '../query/ast.ts'
import { openEmbedded } from '../storage/embedded/open-embedded.ts'
import { openMemory } from '../storage/memory/open-memory.ts'
import type { Storage } from '../storage/storage.ts'
import { castOf } from './cast.ts'
import { eventsOf } from './events.ts'
import { LiveEngine } from './live-engine.ts'
import { parseStory } from './parse.ts'
import { runAsScan } from './run-as-scan.ts'

const { story } = parseStory(
  `start 2026-01-06T00:00:00Z
job  linux_anomalous_network_activity
rule unusual_linux_network  anomaly_threshold=2
events every 15m from 0h to 36h
  network/start  process.name=nginx  host.name=web-{1..2}  user.name=root
events at 29h
  process/start  process.name=npm  host.name=web-2  event.action=executed
events every 10m from 35h05m to 35h50m
  session/start  host.name=web-1  user.name=root  event.action=started-session  oddsock.program=/usr/sbin/cron  process.executable=/usr/sbin/cron
events at 35h15m
  process/start  host.name=web-1  event.action=started-service  process.name=systemd  auditd.data.unit=cups
events at 35h40m
  authentication/start  host.name=web-1  user.name=alice  user.effective.name=alice  event.action=logged-in  source.ip=198.51.100.4  event.outcome=success
events at 35h50m
  network/start  process.name=x  host.name=web-{1..3}
run to 37h
`,
  'before.scenario',
)
const cast = await castOf(story!)
const arrivals = eventsOf(story!)

/** By host, what an alert says of the time before it. */
function before(alerts: readonly Alert[]) {
  return alerts
    .map((alert) => {
      const { before, answers } = alert.oddsock as { before: unknown; answers: { question: string; says: string }[] }
      const says = answers.find(({ question }) => question === 'before')!.says
      return {
        host: (alert.host as { name: string }).name,
        before,
        says: says.replace(/^The events do not name.*?\. /, ''),
      }
    })
    .sort((a, b) => (a.host < b.host ? -1 : 1))
}

async function served(storage: Storage): Promise<readonly Alert[]> {
  const engine = new LiveEngine(cast.jobs[0]!, cast.rules, storage)
  for (const { event } of arrivals) await engine.take(event)
  await engine.finish(story!.start + 36 * HOUR)
  return (await storage.alerts.search(ALL, Number.MAX_SAFE_INTEGER)).map(({ doc }) => doc)
}

const EXPECTED = [
  {
    host: 'web-1',
    before: [
      {
        at: '2026-01-07T11:45:00.000Z',
        action: 'started-session',
        category: 'session',
        user: 'root',
        process: 'cron',
        count: 5,
      },
      {
        at: '2026-01-07T11:40:00.000Z',
        action: 'logged-in',
        category: 'authentication',
        user: 'alice',
        source_ip: '198.51.100.4',
        count: 1,
      },
      {
        at: '2026-01-07T11:15:00.000Z',
        action: 'started-service',
        category: 'process',
        process: 'systemd',
        name: 'cups',
        count: 1,
      },
    ],
    says:
      'Within the hour before: alice logged in from 198.51.100.4 10 minutes earlier; the service cups started 35 minutes earlier; ' +
      '`cron` opened a session for root 5 times, last 5 minutes earlier.',
  },
  {
    host: 'web-2',
    before: [],
    says: 'Nothing of the sort within the hour before: no login, no package, no service.',
  },
  {
    host: 'web-3',
    before: [],
    says: 'The events of this host hold no logins, packages or services, not in the whole day before.',
  },
]

test('a scan tells what happened before its alerts', async () =>
  assert.deepEqual(before((await runAsScan(cast, arrivals)).alerts), EXPECTED))

test('an engine in memory tells the same', async () => assert.deepEqual(before(await served(openMemory())), EXPECTED))

test('an engine on the embedded store tells the same', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'oddsock-before-'))
  const storage = await openEmbedded(dir, { threads: 1 })
  try {
    assert.deepEqual(before(await served(storage)), EXPECTED)
  } finally {
    await storage.close()
    await rm(dir, { recursive: true })
  }
})

test('an alert is written as ever where the store does not tell what came before', async () => {
  const storage = openMemory()
  const { events } = storage
  const failing = new Proxy(events, {
    get(target, name) {
      if (name === 'observe')
        return (...args: Parameters<typeof events.observe>) => {
          if (args[0].job_id === '') throw new Error('out of order')
          return target.observe(...args)
        }
      const value = Reflect.get(target, name) as unknown
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const alerts = await served({ ...storage, events: failing })
  assert.equal(alerts.length, 3)
  for (const alert of alerts) assert.ok(!('before' in (alert.oddsock as object)))
})
