import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Alert } from '../domain/alert.ts'
import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import { deriveFields } from '../domain/derive.ts'
import type { EcsEvent } from '../domain/event.ts'
import { type Log, SILENT } from '../domain/log.ts'
import type { Rule } from '../domain/rule.ts'
import { DAY, type EpochMs, HOUR, isoTime, MINUTE, SECOND } from '../domain/time.ts'
import { ALL } from '../query/ast.ts'
import { openMemory } from '../storage/memory/open-memory.ts'
import type { StateStore } from '../storage/state-store.ts'
import type { Storage } from '../storage/storage.ts'
import { expectedFor, maliciousFor } from '../triage/feedback-for.ts'
import { phaseOf } from './alert-writer.ts'
import { FakeClock } from './clock.ts'
import { Engine } from './engine.ts'
import { FeedbackList } from './feedback-list.ts'
import type { JobToRun } from './job-to-run.ts'
import { bound } from './testing/bound.ts'
import { mortal } from './testing/mortal.ts'

const START: EpochMs = Date.UTC(2026, 0, 5)

const RULE: Rule = {
  rule_id: 'new',
  name: 'New',
  type: 'machine_learning',
  description: '',
  severity: 'low',
  risk_score: 21,
  anomaly_threshold: 50,
  machine_learning_job_id: ['novel'],
  interval: '15m',
  from: 'now-45m',
  max_signals: 100,
  enabled: true,
  severity_mapping: [],
  risk_score_mapping: [],
} as unknown as Rule

const JOB: JobToRun = {
  job: {
    job_id: 'novel',
    analysis_config: {
      bucket_span: '15m',
      detectors: [{ function: 'novelty', by_field_name: 'oddsock.program', partition_field_name: 'host.name' }],
      influencers: ['host.name', 'user.name'],
    },
  },
  datafeed: { query: { term: { 'event.category': 'network' } } },
  profile: 'elastic-exact',
  rules: [{ rule: RULE, exceptions: [] }],
}

interface Use {
  readonly host: string
  readonly executable: string
  readonly user: string
  readonly ip: string
}

const IMPLANT: Use = { host: 'web-1', executable: '/dev/shm/x', user: 'www-data', ip: '198.51.100.66' }
const OTHER: Use = { host: 'web-2', executable: '/tmp/y', user: 'www-data', ip: '192.0.2.99' }
const BACKUP: Use = { host: 'web-1', executable: '/usr/bin/rclone', user: 'backup', ip: '203.0.113.40' }

function event(time: EpochMs, { host, executable, user, ip }: Use): EcsEvent {
  return deriveFields({
    '@timestamp': isoTime(time),
    event: { id: `${host}${executable}${ip}${time}`, category: 'network', type: 'start' },
    host: { name: host, os: { type: 'linux' } },
    process: { name: executable.split('/').at(-1)!, executable },
    user: { name: user },
    destination: { ip, port: 443 },
  })
}

/** What happens besides the daemons, by hours since the start. */
type Story = readonly { readonly use: Use; readonly hours: readonly number[] }[]

/** Nothing alerts on the first three days. Somebody speaks soon after. */
const SPOKEN = 80
const END = 86
const ATTACKED: Story = [{ use: IMPLANT, hours: [74, 75, 76, 78, 83] }]
const since = (story: Story, hour: number): Story =>
  story.map(({ use, hours }) => ({ use, hours: hours.filter((one) => one >= hour) }))

interface Life {
  readonly storage: Storage
  readonly clock: FakeClock
  alerts(): Promise<readonly Alert[]>
  push(...events: EcsEvent[]): Promise<void>
  /** What a person says of the first alert on this program. */
  say(program: string, ...says: ('expected' | 'malicious')[]): Promise<void>
  /** The hours of `[from, to)`, pushed as they happen. */
  live(from: number, to: number, story?: Story): Promise<void>
  /** Stops in order; the model as the last snapshot has it. */
  model(): Promise<unknown>
}

/** One life of a server on a storage. */
async function life(storage: Storage, clock: FakeClock, log: Log = SILENT): Promise<Life> {
  const engine = new Engine({ storage, jobs: [JOB], clock, log })
  await engine.start()
  await clock.advance(0)
  const push = (...events: EcsEvent[]) => engine.intake.take({ source: 'test', events, clock: 'receipt' })
  const alerts = async () => (await storage.alerts.search(ALL, 100)).map(({ doc }) => doc)
  return {
    storage,
    clock,
    alerts,
    push,
    async say(program, ...says) {
      const alert = (await alerts()).find(({ by_field_value }) => by_field_value === program)!
      const records = (await storage.results.newest('novel', 0)).filter((one) => one.result_type === 'record')
      const list = new FeedbackList(storage.state)
      const wish = { given_at: clock.now() }
      for (const one of says)
        await list.add(
          one === 'expected'
            ? expectedFor(alert, { ...wish, until: clock.now() + 90 * DAY })
            : maliciousFor(alert, records, wish),
        )
    },
    async live(from, to, story = []) {
      for (let hour = from; hour < to; hour++) {
        const time = START + hour * HOUR
        const uses = ['web-1', 'web-2', 'db-1'].map(
          (host): Use => ({ host, executable: '/usr/sbin/chronyd', user: 'chrony', ip: '162.159.200.1' }),
        )
        for (const { use, hours } of story) if (hours.includes(hour)) uses.push(use)
        await push(...uses.map((use) => event(time, use)))
        await clock.advance(time + HOUR - clock.now())
      }
    },
    async model() {
      await engine.stop()
      const numberOf = (key: string) => Number(key.split('/').at(-1))
      const keys = await storage.state.keys('snapshot/novel/')
      const newest = [...keys].sort((a, b) => numberOf(b) - numberOf(a))[0]!
      return ((await storage.state.get(newest))!.doc as { loop: { model: unknown } }).loop.model
    },
  }
}

function firstLife(log?: Log): Promise<Life> {
  return life(openMemory(), new FakeClock(START), log)
}

/** The model of a server that saw this and was told nothing. */
async function untold(story: Story, end = END): Promise<unknown> {
  const one = await firstLife()
  await one.live(0, end, story)
  return one.model()
}

const programsOf = (alerts: readonly Alert[]) => alerts.map(({ by_field_value }) => by_field_value)

test('what was malicious is un-learned: the model is as if it had never come, and it alerts again when it goes on', async () => {
  const one = await firstLife()
  await one.live(0, SPOKEN, ATTACKED)
  assert.deepEqual(programsOf(await one.alerts()), [IMPLANT.executable])
  await one.say(IMPLANT.executable, 'malicious')
  await one.live(SPOKEN, END, ATTACKED)
  assert.deepEqual(programsOf(await one.alerts()), [IMPLANT.executable, IMPLANT.executable])
  const model = await one.model()
  assert.deepEqual(model, await untold(since(ATTACKED, SPOKEN)))
  assert.notDeepEqual(model, await untold(ATTACKED))
})

test('without a verdict, what goes on in the week after its alert is not told again', async () => {
  const one = await firstLife()
  await one.live(0, END, ATTACKED)
  assert.equal((await one.alerts()).length, 1)
  await one.model()
})

test('one incident after the other is un-learned, the earlier one last or first', async () => {
  const both: Story = [
    { use: IMPLANT, hours: [74, 75] },
    { use: OTHER, hours: [76, 78] },
  ]
  const never = await untold([])
  for (const order of [
    [IMPLANT, OTHER],
    [OTHER, IMPLANT],
  ]) {
    const one = await firstLife()
    await one.live(0, SPOKEN, both)
    assert.equal((await one.alerts()).length, 2)
    for (const [i, { executable }] of order.entries()) {
      await one.say(executable, 'malicious')
      await one.live(SPOKEN + i, SPOKEN + i + 1)
    }
    await one.live(SPOKEN + 2, END)
    assert.deepEqual(await one.model(), never)
  }
})

test('a later incident is un-learned from a snapshot that is clean of the first, where older ones are gone', async () => {
  const both: Story = [
    { use: IMPLANT, hours: [74, 75] },
    { use: OTHER, hours: [END - 1] },
  ]
  const one = await firstLife()
  await one.live(0, SPOKEN, both)
  await one.say(IMPLANT.executable, 'malicious')
  await one.live(SPOKEN, SPOKEN + 1, both)
  const { state } = one.storage
  const ofThen = (await state.keys('snapshot/')).filter(
    (key) => Number(key.split('/')[2]) < START + SPOKEN * HOUR - HOUR,
  )
  await state.remove([...ofThen, (await state.keys('decision/'))[0]!])
  await one.live(SPOKEN + 1, END, both)
  await one.say(OTHER.executable, 'malicious')
  await one.live(END, END + 2)
  assert.deepEqual(await one.model(), await untold([], END + 2))
})

test('what comes late for an un-learned incident stays out of the model too', async () => {
  const one = await firstLife()
  await one.live(0, SPOKEN, ATTACKED)
  await one.say(IMPLANT.executable, 'malicious')
  await one.live(SPOKEN, SPOKEN + 1)
  await one.push(event(START + 75 * HOUR + MINUTE, IMPLANT))
  await one.live(SPOKEN + 1, END)
  assert.deepEqual(await one.model(), await untold([]))
})

test('who calls an alert malicious takes back that it was expected', async () => {
  const one = await firstLife()
  await one.live(0, SPOKEN, ATTACKED)
  await one.say(IMPLANT.executable, 'expected', 'malicious')
  await one.live(SPOKEN, END)
  assert.deepEqual(await one.model(), await untold([]))
})

test('where snapshots and decisions of that time are gone, nothing is un-learned, and the log says so', async () => {
  const warned: string[] = []
  const one = await firstLife({ ...SILENT, warn: (message) => warned.push(message) })
  await one.live(0, SPOKEN, ATTACKED)
  const { state } = one.storage
  await state.remove([...(await state.keys('snapshot/')), ...(await state.keys('decision/')).slice(0, -1)])
  await one.say(IMPLANT.executable, 'malicious')
  await one.live(SPOKEN, END)
  assert.deepEqual(await one.model(), await untold([{ use: IMPLANT, hours: [74, 75, 76, 78] }]))
  assert.deepEqual(warned, ['Cannot un-learn: events or snapshots of that time are gone'])
})

test('what is expected before its bucket has closed becomes no alert, and its record says by whose word', async () => {
  const one = await firstLife()
  await one.live(0, SPOKEN)
  await one.push(event(START + SPOKEN * HOUR, BACKUP))
  await one.clock.advance(3 * SECOND)
  const [raised] = await one.alerts()
  assert.equal(phaseOf(raised!), 'provisional')
  await one.say(BACKUP.executable, 'expected')
  await one.clock.advance(20 * MINUTE)
  const [alert, ...others] = await one.alerts()
  assert.deepEqual([phaseOf(alert!), others], ['withdrawn', []])
  const [record] = (await one.storage.results.newest('novel', START + SPOKEN * HOUR)) as AnomalyRecord[]
  assert.deepEqual([record!.oddsock!.shown, record!.oddsock!.expected], [false, alert!['kibana.alert.uuid']])
  await one.model()
})

/** Where a life ends: with what was said, with the decision to take it in, with that being done, or in order meanwhile. */
const ENDS = ['said', 'decided', 'done', 'stopped'] as const

for (const says of ['expected', 'malicious'] as const)
  test(`a server that dies or stops at any step of taking in that something is ${says} does it when it starts again`, async () => {
    const rest = async (one: Life) => {
      await one.live(SPOKEN, END, ATTACKED)
      const alerts = await one.alerts()
      const told = alerts.map((alert) => [alert['kibana.alert.uuid'], alert.record_score, phaseOf(alert)])
      return { told, model: await one.model() }
    }
    const undisturbed = await firstLife()
    await undisturbed.live(0, SPOKEN, ATTACKED)
    await undisturbed.say(IMPLANT.executable, says)
    const expected = await rest(undisturbed)
    for (const end of ENDS) {
      const storage = openMemory()
      const first = mortal(storage)
      const { state } = first.storage
      let ended: Promise<unknown> | undefined
      const put: StateStore['put'] = async (key, value, version) => {
        const isMeant = isSaid && ended === undefined
        // What was done is not in any snapshot yet.
        if (isMeant && end === 'done' && key.startsWith('snapshot/')) ended = Promise.resolve(first.kill())
        const outcome = await state.put(key, value, version)
        if (isMeant && end === 'decided' && key.startsWith('decision/')) ended = Promise.resolve(first.kill())
        if (isMeant && end === 'stopped' && key.startsWith('decision/')) ended = one.model()
        return outcome
      }
      let isSaid = false
      const clock = new FakeClock(START)
      const one = await life({ ...first.storage, state: bound({ put }, state) }, clock)
      await one.live(0, SPOKEN, ATTACKED)
      await one.say(IMPLANT.executable, says)
      isSaid = true
      if (end === 'said') ended = Promise.resolve(first.kill())
      await clock.advance(MINUTE)
      assert.ok(ended, end)
      await ended
      assert.deepEqual(await rest(await life(storage, clock)), expected, end)
    }
  })
