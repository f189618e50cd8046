import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Alert } from '../domain/alert.ts'
import { deriveFields } from '../domain/derive.ts'
import type { EcsEvent } from '../domain/event.ts'
import { CLOCK } from '../domain/stamps.ts'
import { isoTime, MINUTE, SECOND } from '../domain/time.ts'
import { run } from './testing/run.ts'
import { type StateFolder, storeAlone, storeServed } from './testing/state-folder.ts'

/** Start of a bucket. */
const BUCKET = Date.parse('2026-03-02T10:00:00Z')
const SPAN = 15 * MINUTE

function eventOf(second: number, more: object = {}): EcsEvent {
  const time = isoTime(BUCKET + second * SECOND)
  return {
    ...deriveFields({
      '@timestamp': time,
      event: { category: ['network'], type: ['start'], action: 'connected-to', id: `${second}` },
      host: { name: 'web-1', os: { type: 'linux' } },
      process: { name: 'xmrig', executable: '/tmp/xmrig', args: ['/tmp/xmrig', '\u001b[31m'] },
      user: { name: 'ann' },
      destination: { ip: '203.0.113.7', port: 3333 },
      ...more,
    }),
    [CLOCK]: time,
  }
}

/** More than are asked for at once, and one of another program. */
const EVENTS = [
  ...Array.from({ length: 700 }, (_, i) => eventOf(i)),
  eventOf(701, { process: { name: 'curl', executable: '/usr/bin/curl' } }),
  eventOf(901),
]

function alertOf(id: string, count: number, more: object = {}, ours: object = {}): Alert {
  return {
    '@timestamp': isoTime(BUCKET + SPAN),
    timestamp: BUCKET,
    bucket_span: 900,
    job_id: 'linux_novel_network_activity',
    record_score: 80,
    by_field_name: 'oddsock.program',
    by_field_value: '/tmp/xmrig',
    partition_field_name: 'host.name',
    partition_field_value: 'web-1',
    host: { name: 'web-1' },
    'kibana.alert.uuid': id,
    'kibana.alert.workflow_status': 'open',
    ...more,
    oddsock: { sentence: 'xmrig', user: 'ann', evidence: { count, events: EVENTS.slice(0, 10), facets: [] }, ...ours },
  }
}

const JOINED = [
  {
    ...{ program: '/tmp/xmrig', host: 'web-1', user: 'ann', buckets: 1, record_score: 60, peers: [] },
    first: isoTime(BUCKET + SPAN),
    last: isoTime(BUCKET + SPAN),
  },
]
const ALERTS = [
  alertOf('aaaa1111', 700),
  alertOf('bbbb2222', 1_204, {}, { joined: JOINED }),
  alertOf('cccc3333', 3, { timestamp: BUCKET - 90 * SPAN }),
  alertOf('dddd4444', 3, { job_id: 'retired' }),
]

for (const [name, open] of [
  ['the store itself', storeAlone],
  ['a server over its socket', storeServed],
] as const)
  describe(`by ${name}`, () => {
    let state: StateFolder
    before(async () => {
      state = await open(EVENTS, ALERTS)
    })
    after(() => state.close())

    async function ask(...args: string[]) {
      const { code, out, err } = await run([...args, '--state', state.path], { env: { COLUMNS: '140' } })
      return { code, out, err: err.replaceAll(/(the server at|the store in) [^\s,]+/g, 'DOOR') }
    }

    test('the events of an alert are told one a line, oldest first, and nothing in them acts on a terminal', async () => {
      assert.deepEqual(await ask('alerts', 'events', 'aaaa', '--limit', '2'), {
        code: 0,
        out: [
          '2026-03-02T10:00:00.000Z  xmrig  ann  203.0.113.7:3333  connected-to  /tmp/xmrig ␛[31m',
          '2026-03-02T10:00:01.000Z  xmrig  ann  203.0.113.7:3333  connected-to  /tmp/xmrig ␛[31m',
          '',
        ].join('\n'),
        err: '2 events of alert aaaa1111; there are more (--limit), from DOOR\n',
      })
    })

    test('as JSON, an event is a line with all that its sender told', async () => {
      const { out, err } = await ask('alerts', 'events', 'aaaa', '--limit', '1000', '--json')
      const events = out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
      assert.equal(events.length, 700)
      const { [CLOCK]: _, ...last } = EVENTS[699]!
      assert.deepEqual(events.at(-1), last)
      assert.equal(err, '700 events of alert aaaa1111, from DOOR\n')
    })

    test('it says how many are still kept, and that others joined', async () => {
      const { out, err } = await ask('alerts', 'events', 'bbbb', '--limit', '1000')
      assert.match(out, /^2026-03-02T10:15:01\.000Z {2}xmrig/m)
      assert.equal(
        err,
        '701 events of alert bbbb2222 and of what joined it, from DOOR\n700 of 1,204 events of the alert itself are still kept\n',
      )
      assert.deepEqual(await ask('alerts', 'events', 'cccc'), {
        code: 0,
        out: '',
        err: '0 events of alert cccc3333, from DOOR\n0 of 3 events are still kept\n',
      })
    })

    test('an alert that shows few of its events says how to see all', async () => {
      assert.match((await ask('alerts', 'show', 'aaaa')).out, /\n {2}all events: oddsock alerts events aaaa1111\n$/)
      assert.doesNotMatch((await ask('alerts', 'show', 'cccc')).out, /all events/)
      assert.match((await ask('alerts', 'show', 'bbbb')).out, /all events/)
    })

    test('of a job that runs no more, it says so', async () => {
      const { code, err } = await ask('alerts', 'events', 'dddd')
      assert.equal(code, 2)
      assert.match(err, /its job "retired" runs no more\n hint: Jobs that run: .*\n code: JOB_UNKNOWN/)
    })
  })
