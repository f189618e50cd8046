import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Alert } from '../domain/alert.ts'
import { deriveFields } from '../domain/derive.ts'
import type { EcsEvent } from '../domain/event.ts'
import { CLOCK } from '../domain/stamps.ts'
import { HOUR, isoTime, MINUTE } from '../domain/time.ts'
import type { EngineHealth } from '../engine/engine.ts'
import { testFolder } from './testing/folder.ts'
import { type Run, run } from './testing/run.ts'
import { type StateFolder, storeAlone, storeServed } from './testing/state-folder.ts'

// Whether a server runs or the command opens the store itself: every answer has to be the same.

const NOW = Date.now()
const FOLDER = testFolder()

function alertOf(id: string, minutesAgo: number, more: object = {}): Alert {
  const facet = (field: string, value: string) => ({ field, values: [{ value, count: 3 }], others: 0 })
  return {
    '@timestamp': isoTime(NOW - minutesAgo * MINUTE),
    timestamp: Date.parse('2026-03-02T10:00:00Z'),
    job_id: 'linux_novel_network_activity',
    record_score: 80,
    by_field_name: 'oddsock.program',
    by_field_value: '/tmp/xmrig',
    process: { name: 'xmrig' },
    host: { name: 'web-1' },
    'kibana.alert.uuid': id,
    'kibana.alert.workflow_status': 'open',
    'kibana.alert.severity': 'low',
    'kibana.alert.reason': 'xmrig on web-1 used the network',
    'kibana.alert.rule.name': 'Novel',
    oddsock: {
      sentence: 'xmrig on web-1 used the network',
      evidence: {
        count: 3,
        events: [],
        facets: [facet('oddsock.program', '/tmp/xmrig'), facet('host.name', 'web-1'), facet('user.name', 'www-data')],
      },
    },
    ...more,
  }
}

const EVENT: EcsEvent = {
  ...deriveFields({
    '@timestamp': isoTime(NOW - MINUTE),
    event: { category: ['network'], type: ['start'], id: '1' },
    host: { name: 'web-1', os: { type: 'linux' } },
    process: { name: 'xmrig' },
    destination: { ip: '203.0.113.7' },
  }),
  [CLOCK]: isoTime(NOW - MINUTE),
}

const ALERTS = [
  alertOf('aaaa1111', 30),
  alertOf('aaaa2222', 20, {
    record_score: 95.7,
    process: { name: 'evil\u001b[31m' },
    oddsock: { sentence: 'evil\u001b[31m on \u202eweb-2' },
  }),
  alertOf('bbbb3333', 10, { 'kibana.alert.workflow_status': 'closed', 'kibana.alert.workflow_reason': 'real' }),
  alertOf('cccc4444', 60 * 24 * 20),
  alertOf('eeee6666', 60 * 24 * 40, { job_id: 'retired', oddsock: { sentence: 'old' } }),
  alertOf('ffff7777', 60 * 24 * 50, {
    record_id: 'r',
    bucket_span: 900,
    partition_field_value: 'web-1',
    influencers: [{ influencer_field_name: 'destination.ip', influencer_field_values: ['203.0.113.7'] }],
    oddsock: {
      sentence: 'xmrig\u001b[31m on web-1',
      user: 'www-\u001b[31mdata',
      terms: [{ name: 'program', nats: 6, sentence: 'new', numbers: { age: 0 } }],
    },
  }),
  alertOf('dddd5555', 15, { job_id: 'linux_anomalous_network_activity', oddsock: { sentence: 'rare' } }),
]

for (const [name, open] of [
  ['the store itself', storeAlone],
  ['a server over its socket', storeServed],
] as const)
  describe(`by ${name}`, () => {
    let state: StateFolder
    before(async () => {
      state = await open([EVENT], ALERTS)
    })
    after(() => state.close())

    /** What is printed, without what differs between runs. */
    async function ask(...args: string[]): Promise<Run> {
      const { code, out, err } = await run([...args, '--state', state.path])
      const plain = (text: string) =>
        text
          .replaceAll(/(the server at|the store in) [^\s,]+/g, 'DOOR')
          .replaceAll(state.path, 'STATE')
          .replaceAll(/\d{4}-\d\d-\d\d[T ][\d:.]+(Z| UTC)/g, 'TIME')
      return { code, out: plain(out), err: plain(err) }
    }

    test('alerts are listed worst first, and nothing in them acts on a terminal', async () => {
      assert.deepEqual(await ask('alerts', 'list'), {
        code: 0,
        out: [
          ' 95 critical evil␛[31m on ⟨U+202E⟩web-2',
          '             TIME · aaaa2222',
          ' 80 critical xmrig on web-1 used the network',
          '             TIME · aaaa1111',
          '',
        ].join('\n'),
        err: '2 open alerts since TIME (other jobs: --job all), from DOOR\n',
      })
      assert.equal(
        (await ask('alerts', 'list', '--status', 'all', '--limit', '1')).err,
        '3 alerts since TIME, 1 shown (--limit) (other jobs: --job all), from DOOR\n',
      )
      assert.equal(
        (await ask('alerts', 'list', '--status', 'all', '--job', 'all', '--limit', '1')).err,
        '4 alerts since TIME, 1 shown (--limit), from DOOR\n',
      )
      assert.equal(
        (await ask('alerts', 'list', '--job', 'linux_anomalous_network_activity', '--limit', '1')).err,
        '1 open alert since TIME, from DOOR\n',
      )
      assert.equal(
        (await ask('alerts', 'list', '--query', 'process.name: xmrig', '--since', '30d')).err,
        '2 open alerts since TIME (other jobs: --job all), from DOOR\n',
      )
    })

    test('a job that nobody knows is no reason for an empty list', async () => {
      const { code, out, err } = await ask('alerts', 'list', '--job', 'linux_novel')
      assert.deepEqual([code, out], [2, ''])
      assert.match(err, /"linux_novel": there is no job of this id/)
      assert.match(err, /linux_novel_network_activity, linux_anomalous_network_activity/)
      assert.match(err, /code: JOB_UNKNOWN/)
    })

    test('alerts of a job that runs no more are still listed', async () => {
      const { code, err } = await ask('alerts', 'list', '--job', 'retired')
      assert.deepEqual([code, err], [0, '0 open alerts since TIME, from DOOR\n'])
    })

    test('a list reaches back as far as is asked', async () => {
      assert.match((await ask('alerts', 'list', '--since', '999999999d', '--limit', '1')).err, /^4 open alerts since /)
    })

    test('as JSON, an alert is a line with the fields of the API', async () => {
      const { out } = await ask('alerts', 'list', '--json', '--query', 'kibana.alert.uuid: aaaa1111')
      const lines = out.trimEnd().split('\n')
      assert.equal(lines.length, 1)
      const alert = JSON.parse(lines[0]!)
      assert.equal(alert['kibana.alert.uuid'], 'aaaa1111')
      assert.equal(alert._version, 1)
    })

    test('an alert is shown with what its events have in common', async () => {
      const { code, out } = await ask('alerts', 'show', 'bbbb')
      assert.equal(code, 0)
      assert.match(out, /TIME · closed · bbbb3333/)
      assert.match(out, /\n {2}status {17}closed · real\n/)
      assert.match(out, /\n {2}user\.name {14}www-data \(3\)\n/)
    })

    test('the beginning of an id is enough, if it is the beginning of one only', async () => {
      assert.equal((await ask('alerts', 'show', 'aaaa')).code, 2)
      assert.match((await ask('alerts', 'show', 'aaaa')).err, /code: ALERT_AMBIGUOUS/)
      const missing = await ask('alerts', 'show', 'no-such-alert')
      assert.equal(missing.code, 2)
      assert.match(
        missing.err,
        /Cannot find alert "no-such-alert"\n hint: List what there is: .*\n code: HTTP_NOT_FOUND/,
      )
    })

    test('a dry run of an exception says what it would have hidden, and changes nothing', async () => {
      assert.deepEqual(await ask('except', 'aaaa1', '--dry-run'), {
        code: 0,
        out: [
          'Would keep quiet about oddsock.program /tmp/xmrig, host.name web-1, user.name www-data, until TIME',
          'In the last 30 days it would have hidden 3 of 5 alerts, 1 of them judged as real',
          '  cccc4444  xmrig on web-1 used the network',
          '  aaaa1111  xmrig on web-1 used the network',
          '  bbbb3333  xmrig on web-1 used the network',
          '',
        ].join('\n'),
        err: 'Nothing was changed: without --dry-run it is refused, unless --hide-real says that this is meant\n',
      })
      assert.deepEqual(await ask('exceptions', 'list'), { code: 0, out: '', err: 'No exceptions, from DOOR\n' })
    })

    test('an exception that would have hidden what somebody judged as real is refused', async () => {
      const refused = await ask('except', 'aaaa1')
      assert.deepEqual([refused.code, refused.out], [1, ''])
      assert.match(
        refused.err,
        /^error: Cannot make the exception: it would have hidden 1 alert that somebody judged as real\n hint: .*--hide-real.*\n code: EXCEPTION_HIDES_REAL\n$/,
      )
      assert.deepEqual(await ask('exceptions', 'list'), { code: 0, out: '', err: 'No exceptions, from DOOR\n' })
    })

    test('an exception that could not be bound to a user says so before it is made', async () => {
      const { out } = await ask('except', 'dddd', '--dry-run')
      assert.match(
        out,
        /^Would keep quiet about oddsock\.program \/tmp\/xmrig, host\.name web-1, any user, until TIME\nIt covers any user: /,
      )
    })

    test('an exception is made, listed and removed', async () => {
      const made = await ask('except', 'aaaa1', '--scope', 'host', '--for', 'ever', '--note', 'a test', '--hide-real')
      assert.match(
        made.out,
        /^From now on keeps quiet about host\.name web-1, any program, any user, for ever\nIn the last/,
      )
      const [, id] = /remove (\w+)/.exec(made.err)!
      const list = await ask('exceptions', 'list')
      assert.equal(list.out, `${id}  host.name web-1, any program, any user, for ever  (a test)\n`)
      const other = /remove (\w+)/.exec((await ask('except', 'aaaa1', '--for', 'ever', '--hide-real')).err)![1]!
      assert.match((await ask('exceptions', 'remove', '')).err, /code: EXCEPTION_AMBIGUOUS/)
      assert.deepEqual(await ask('exceptions', 'remove', id!), { code: 0, out: `${id} removed\n`, err: '' })
      assert.equal((await ask('exceptions', 'remove', id!)).code, 2)
      const begin = other.slice(0, 6)
      assert.deepEqual(await ask('exceptions', 'remove', begin), { code: 0, out: `${other} removed\n`, err: '' })
    })

    test('verdicts are given one by one, and one that fails does not stop the others', async () => {
      const given = await ask(
        'alerts',
        'close',
        'nothing',
        'aaaa2',
        '--reason',
        'noise',
        '--note',
        'weekly',
        '--as',
        'ann',
      )
      assert.equal(given.code, 1)
      assert.equal(given.out, 'aaaa2222 closed\n')
      assert.equal(
        given.err,
        'error: Cannot find alert "nothing"\n hint: List what there is: an id may be cut short, or be gone by now.\n code: HTTP_NOT_FOUND\n',
      )
      const { out } = await ask('alerts', 'show', 'aaaa2')
      assert.match(out, /closed by ann · noise · weekly/)
      assert.equal((await ask('alerts', 'open', 'aaaa2')).out, 'aaaa2222 open\n')
      assert.equal((await ask('alerts', 'ack', 'aaaa2')).out, 'aaaa2222 acknowledged\n')
    })

    test('what is expected is told in a line, kept with the alert, and listed', async () => {
      const scope = 'program /tmp/xmrig, host web-1, user www-␛[31mdata'
      assert.deepEqual(await ask('alerts', 'expect', 'ffff', '--for', '30d', '--dry-run'), {
        code: 0,
        out: `ffff7777 expected until TIME: ${scope}\n`,
        err: 'Nothing was changed: leave --dry-run out to say it\n',
      })
      assert.equal(
        (await ask('alerts', 'feedback')).err,
        'Nobody has said anything for the models to learn from, from DOOR\n',
      )
      const said = await ask(
        'alerts',
        'expect',
        'nothing',
        'ffff',
        '--scope',
        'program',
        'peer',
        '--note',
        'ours',
        '--as',
        'ann',
      )
      assert.equal(said.code, 1)
      assert.equal(said.out, 'ffff7777 expected until TIME: program /tmp/xmrig, peers 203.0.113.7  (ours)\n')
      assert.match(said.err, /Cannot find alert "nothing"/)
      assert.equal((await ask('alerts', 'feedback')).out, said.out)
      assert.match((await ask('alerts', 'show', 'ffff')).out, /closed by ann · harmless · expected · ours/)
    })

    test('a model that cannot forget, or cannot learn, says so', async () => {
      const late = await ask('alerts', 'malicious', 'ffff')
      assert.deepEqual([late.code, late.out], [1, ''])
      assert.match(late.err, /^error: Cannot un-learn what began at .*\n hint: .*\n code: FEEDBACK_TOO_LATE\n$/)
      assert.match((await ask('alerts', 'expect', 'dddd')).err, /code: FEEDBACK_UNUSABLE/)
    })

    test('jobs tell whether they see anything', async () => {
      const { out } = await ask('jobs', '--json')
      const jobs = out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
      assert.deepEqual(
        jobs.map(({ job_id, events_last_day }) => [job_id, events_last_day]),
        [
          ['linux_novel_network_activity', 1],
          ['linux_anomalous_network_activity', 1],
        ],
      )
      assert.match((await ask('jobs')).out, /1 event looked at in the last day/)
    })

    test('health without an engine says that nobody runs', async () => {
      const { code, out, err } = await ask('health')
      assert.equal(code, 1)
      assert.match(out, /^status +stopped\n/)
      assert.match(out, /\nevents +1 stored · /)
      assert.match(err, /^No server runs/)
    })

    test('a backup can be read through, and becomes a state folder with the same alerts', async () => {
      const folder = join(FOLDER.path, `${name} backup`)
      const made = await ask('backup', folder)
      assert.equal(made.err, '')
      assert.equal(made.code, 0)
      assert.equal((await run(['restore', folder, '--verify'])).code, 0)
      const into = join(FOLDER.path, `${name} restored`)
      assert.equal((await run(['restore', folder, '--into', into])).code, 0)
      const shown = await run(['alerts', 'show', 'bbbb', '--json', '--state', into])
      assert.equal(JSON.parse(shown.out)['kibana.alert.uuid'], 'bbbb3333')
      assert.equal((await run(['restore', folder])).code, 2)
    })
  })

test('while a server goes through history, its health and its lists say so', async () => {
  const openFrom = Date.parse('2026-11-14T03:00:00Z')
  const running: EngineHealth = {
    state: 'running',
    clock: Date.parse('2026-11-24T12:15:00Z'),
    events: 1,
    setAside: 3,
    lastSeq: 1,
    lastCommit: 0,
    rejects: new Map(),
    tooOld: new Map([['bulk\u001b[2J', 5]]),
    problems: [],
    jobs: [{ job_id: 'linux_novel_network_activity', buckets: 3, lateEvents: 0, openFrom, warnings: [] }],
    sources: [],
  }
  const state = await storeServed([EVENT], ALERTS, {
    started: 0,
    health: () => running,
    historyOf: () => undefined,
    sinks: () => [],
  })
  try {
    const health = await run(['health', '--state', state.path])
    assert.match(health.out, /^status +catching up: 2026-11-14 03:00 UTC of 2026-11-24 12:15 UTC · since 1970/)
    assert.match(health.out, /\nevents .* · 0 rejected · 3 more than a day ahead\n/)
    assert.match(health.out, /\ntoo old +5 events of bulk␛\[2J, never scored\n/)
    assert.equal(health.code, 0)
    const list = await run(['alerts', 'list', '--state', state.path])
    assert.match(list.err, /\nCatching up: 2026-11-14 03:00 UTC of 2026-11-24 12:15 UTC\. What happened later/)
    assert.match((await run(['jobs', '--state', state.path])).out, / · scored up to 2026-11-14T02:45:00\.000Z/)
  } finally {
    await state.close()
  }
})

test('health names hosts that fell silent, and is no failure for that', async () => {
  const clock = Date.parse('2026-11-24T12:15:00Z')
  const events = Array.from({ length: 40 }, (_, i) => {
    const time = isoTime(clock - 20 * HOUR + i * 15 * MINUTE)
    const event = { category: ['network'], type: ['start'], id: `${i}` }
    return { ...EVENT, '@timestamp': time, [CLOCK]: time, event, host: { name: `web-${i % 4}`, os: { type: 'linux' } } }
  })
  const running: EngineHealth = {
    state: 'running',
    clock,
    events: 40,
    setAside: 0,
    lastSeq: 40,
    lastCommit: 0,
    rejects: new Map(),
    tooOld: new Map(),
    problems: [],
    jobs: [],
    sources: [],
  }
  const told = { started: 0, health: () => running, historyOf: () => undefined, sinks: () => [] }
  const state = await storeServed(events, [], told)
  try {
    const { code, out } = await run(['health', '--state', state.path])
    assert.match(
      out,
      /\nsilent +4 hosts: web-0 since 2026-11-24 01:15 UTC, web-1 since 2026-11-24 01:30 UTC, web-2 since 2026-11-24 01:45 UTC, 1 other\n/,
    )
    assert.equal(code, 0)
  } finally {
    await state.close()
  }
})

test('where neither a server nor a store is, that is said', async () => {
  const { code, err } = await run(['alerts', 'list', '--state', '/nonexistent/oddsock'])
  assert.equal(code, 3)
  assert.match(err, /no server runs, and there is no store in "\/nonexistent\/oddsock"/)
})

test('alerts of a job that a rule of the user is about are listed beside those of the first', async () => {
  const state = await storeAlone([EVENT], ALERTS)
  const rule = FOLDER.write(
    'mine.toml',
    `[rule]\ntype = "machine_learning"\nname = "Mine"\ndescription = ""\nseverity = "low"\nrisk_score = 1
machine_learning_job_id = "linux_anomalous_network_activity"\nanomaly_threshold = 30\n`,
  )
  const { out, err } = await run(['alerts', 'list', '--state', state.path, '--json'], {
    env: { ODDSOCK_RULES: rule },
  })
  const jobs = out.trimEnd().split('\n')
  assert.deepEqual(
    jobs.map((line) => JSON.parse(line).job_id),
    ['linux_novel_network_activity', 'linux_anomalous_network_activity', 'linux_novel_network_activity'],
  )
  assert.match(err, /^3 open alerts since [^(]*$/m)
  await state.close()
})
