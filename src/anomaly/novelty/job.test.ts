import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AnomalyRecord } from '../../domain/anomaly-record.ts'
import type { Observation } from '../../domain/observation.ts'
import { HOUR, MINUTE } from '../../domain/time.ts'
import type { BucketOutcome } from '../job-model.ts'
import { scoreOf } from './record-score.ts'
import { type Contact, close, day, live, newJob, plainLife, row, SPAN, START } from './testdata/small-fleet.ts'

const HOSTS = ['web-1', 'web-2', 'db-1']
const LIFE = plainLife(HOSTS)

/** The fleet after ten plain days, made once. */
const TEN_DAYS = (() => {
  const model = newJob()
  const records = live(model, LIFE, START, day(10))
  return { saved: JSON.stringify(model.save()), records }
})()

function afterTenDays(options = {}) {
  return newJob(options, JSON.parse(TEN_DAYS.saved))
}

function natsOf(records: readonly AnomalyRecord[], program: string): number {
  return Math.max(0, ...records.filter((one) => one.by_field_value === program).map((one) => one.oddsock!.nats))
}

const SHELL: Contact = {
  host: 'db-1',
  program: '/usr/bin/bash <inline>',
  user: 'postgres',
  ip: '198.51.100.7',
  port: '4444',
  directory: 'inl',
}

function recordsOf({ results }: BucketOutcome): AnomalyRecord[] {
  return results.filter((result) => result.result_type === 'record')
}

test('a plain fleet raises no alert in ten days', () => {
  assert.deepEqual(
    TEN_DAYS.records.filter(({ oddsock }) => oddsock!.shown),
    [],
  )
})

test('a reverse shell of a service user is an alert at once, and told only once', () => {
  const model = afterTenDays()
  const first = close(model, day(10), [...LIFE(day(10)), SHELL])
  assert.equal(first.length, 1)
  assert.equal(first[0]!.oddsock!.shown, true)
  assert.ok(first[0]!.record_score > 50)
  const again = close(model, day(10) + SPAN, [...LIFE(day(10)), SHELL])
  assert.equal(again[0]!.oddsock!.shown, false)
  assert.equal(again[0]!.oddsock!.incident, first[0]!.oddsock!.incident)
})

test('a score does not depend on the threshold or the budget that somebody asked for', () => {
  const scores = (options: object) => {
    const model = afterTenDays(options)
    // Each day another program of the same account, so that each score rests on what the births before it have taught.
    return Array.from({ length: 10 }, (_, i) => {
      const birth = { ...SHELL, program: `/usr/bin/new-${i}`, directory: 'sys', ip: `198.51.100.${i}`, port: '443' }
      const found = close(model, day(10 + i), [...LIFE(day(10 + i)), birth, { ...birth, host: 'web-1', user: 'ann' }])
      return found.map((record) => record.record_score)
    })
  }
  const usual = scores({})
  assert.ok(usual.flat().some((score) => score > 50) && usual.flat().some((score) => score < 50), usual.join())
  for (const options of [{ alertThreshold: 5 }, { alertThreshold: 99 }, { alertBudget: 1 }])
    assert.deepEqual(scores(options), usual)
})

test('a record names every name of the process, and whom it concerns', () => {
  const [record] = close(afterTenDays(), day(10), [SHELL])
  assert.deepEqual(record!.oddsock!.names, ['bash <inline>', '/usr/bin/bash', '<inline>'])
  assert.equal(record!.by_field_name, 'oddsock.program')
  assert.deepEqual(
    record!.influencers.map(({ influencer_field_name, influencer_field_values }) => [
      influencer_field_name,
      ...influencer_field_values,
    ]),
    [
      ['host.name', 'db-1'],
      ['user.name', 'postgres'],
      ['destination.ip', '198.51.100.7'],
    ],
  )
})

test('the terms of a record add up to its score, and each has its sentence', () => {
  const records = [...TEN_DAYS.records, ...close(afterTenDays({ campaignBoost: true }), day(10), [SHELL])]
  assert.ok(records.length > 0)
  for (const { oddsock, record_score } of records) {
    const sum = oddsock!.terms.reduce((total, { nats }) => total + nats, 0)
    assert.ok(Math.abs(sum - oddsock!.nats) < 1e-9)
    assert.equal(record_score, scoreOf(oddsock!.nats))
    for (const { sentence, nats } of oddsock!.terms) {
      assert.ok(Number.isFinite(nats))
      assert.match(sentence, /^.+\.$/)
      assert.doesNotMatch(sentence, /undefined|NaN/)
    }
  }
})

test('what is taken away from the input is taken away from the score: the terms are not decoration', () => {
  const nats = (change: Partial<Contact>) =>
    natsOf(close(afterTenDays(), day(10), [{ ...SHELL, ...change }]), SHELL.program)
  assert.ok(nats({ ip: '162.159.200.1', port: '123' }) < nats({}), 'an endpoint that others use')
  assert.ok(nats({ directory: 'sys' }) < nats({}), 'an ordinary directory')
  assert.ok(nats({ argv0: 'bracketed' }) > nats({}), 'the name of a kernel thread')
})

test('an unknown endpoint beside a known one is worth less, if the use is not as young as what it knows', () => {
  const endpointOf = (contact: Contact, ...before: Contact[]) => {
    const model = afterTenDays()
    for (const [i, one] of before.entries()) close(model, day(10) + i * SPAN, [one])
    const records = close(model, day(10) + before.length * SPAN, [contact])
    return records.flatMap(({ oddsock }) => oddsock!.terms).find(({ name }) => name === 'unknown endpoint')?.nats ?? 0
  }
  const clock = LIFE(START).find(({ program }) => program === '/usr/sbin/chronyd')!
  // 1.25 · 2.3
  const beside = endpointOf({ ...clock, ip: '162.159.200.77' })
  const elsewhere = endpointOf({ ...clock, ip: '162.159.7.77' })
  assert.ok(Math.abs(elsewhere - beside - 2.875) < 1e-9, `${elsewhere} and ${beside}`)
  const again = (ip: string) => endpointOf({ ...SHELL, ip }, SHELL)
  assert.equal(again('198.51.100.8'), again('198.51.7.8'))
})

test('port 0, name resolution inside and the machine itself are no use of the network', () => {
  const noise: Contact[] = [
    { ...SHELL, port: '0' },
    { ...SHELL, ip: '10.0.0.53', port: '53' },
    { ...SHELL, ip: '127.0.0.1' },
    { ...SHELL, ip: '224.0.0.251' },
  ]
  const model = afterTenDays()
  assert.deepEqual(close(model, day(10), noise), [])
  assert.equal(close(model, day(10) + SPAN, [SHELL])[0]!.oddsock!.shown, true)
})

test('a host that joins is no surprise', () => {
  const joined = LIFE(day(10))
    .filter(({ host }) => host === 'web-1')
    .map((contact) => ({ ...contact, host: 'web-9' }))
  assert.deepEqual(close(afterTenDays(), day(10), joined), [])
})

test('a program that comes to thirty hosts in a day is held to be rolled out', () => {
  const agent = (i: number): Contact => ({ host: `n-${i}`, program: '/opt/agent/agent', ip: '198.51.100.7' })
  const hosts = Array.from({ length: 30 }, (_, i) => `n-${i}`)
  const model = newJob()
  live(model, plainLife(hosts), START, day(8))
  const records = hosts.flatMap((_, i) => close(model, day(8) + i * SPAN, [agent(i)]))
  assert.ok(records.filter(({ oddsock }) => oddsock!.shown).length <= 2)
  const last = natsOf(records.slice(-1), '/opt/agent/agent')
  assert.ok(last < natsOf(records.slice(0, 1), '/opt/agent/agent'))
})

test('an address that browsers contact stays unknown, since browsers contact everything', () => {
  const browse = (model: ReturnType<typeof newJob>, program: string) => {
    for (let i = 0; i < 60; i++)
      close(model, day(10) + i * SPAN, [{ host: 'web-2', program, user: 'ann', ip: `198.51.${i}.7`, port: '443' }])
    const at = day(10) + 60 * SPAN
    close(model, at, [{ host: 'web-2', program, user: 'ann', ip: '203.0.113.9', port: '443' }])
    return natsOf(
      close(model, at + SPAN, [{ host: 'web-1', program: '/usr/sbin/nginx', user: 'www-data', ip: '203.0.113.9' }]),
      '/usr/sbin/nginx',
    )
  }
  const steady = afterTenDays()
  close(steady, day(10), [{ host: 'web-2', program: '/usr/bin/sync', user: 'ann', ip: '203.0.113.9', port: '443' }])
  const vouched = natsOf(
    close(steady, day(10) + SPAN, [{ host: 'web-1', program: '/usr/sbin/nginx', user: 'www-data', ip: '203.0.113.9' }]),
    '/usr/sbin/nginx',
  )
  assert.ok(browse(afterTenDays(), '/usr/bin/firefox') > vouched)
})

test('an implant from the sixth hour of learning is told when learning ends, a daemon from the first is not', () => {
  const everyHalfHour = (at: number, from: number, program: string, ip: string): Contact[] =>
    at >= START + from && (at - START) % (30 * MINUTE) === 0 ? [{ host: 'web-1', program, ip }] : []
  const life = (at: number) => [
    ...LIFE(at),
    ...everyHalfHour(at, 6 * HOUR, '/usr/lib/implant', '198.51.100.7'),
    ...everyHalfHour(at, 0, '/usr/lib/daemon', '203.0.113.9'),
  ]
  const records = live(newJob(), life, START, day(8))
  const shown = records.filter(({ oddsock }) => oddsock!.shown)
  assert.ok(shown.some(({ by_field_value, timestamp }) => by_field_value === '/usr/lib/implant' && timestamp >= day(7)))
  assert.ok(natsOf(records, '/usr/lib/implant') > natsOf(records, '/usr/lib/daemon') + 1)
})

test('an event without its user is of the user last seen with the program there', () => {
  const model = afterTenDays()
  const nginx: Contact = { host: 'web-1', program: '/usr/sbin/nginx', user: '', ip: '10.0.0.2', port: '5432' }
  assert.deepEqual(close(model, day(10), [nginx]), [])
  const fresh = { ...SHELL, user: '' }
  close(model, day(10) + SPAN, [fresh])
  const known = close(model, day(10) + 2 * SPAN, [{ ...fresh, user: 'postgres' }])
  assert.equal(known.length, 1)
  assert.equal(known[0]!.oddsock!.shown, false)
})

test('midnight changes nothing: a quiet day counts when the next one begins', () => {
  const nats = (at: number) => {
    const model = newJob()
    live(model, LIFE, START, at)
    return natsOf(close(model, at, [SHELL]), SHELL.program)
  }
  assert.ok(Math.abs(nats(day(10) - SPAN) - nats(day(10) + SPAN)) < 1)
})

test('a model goes on after trials as if there had been none, also where a day ends and for what nobody has met', () => {
  const [tried, untried] = [afterTenDays(), afterTenDays()]
  for (let at = day(11) - 2 * HOUR; at < day(11) + HOUR; at += SPAN) {
    const bucket = { start: at, end: at + SPAN }
    const hosts = Array.from({ length: 30 }, (_, i) => ({ ...SHELL, host: `new-${at}-${i}`, program: `/srv/${i}` }))
    const odd = hosts.map((contact) => row(contact, at))
    const plain = LIFE(at).map((contact) => row(contact, at))
    const shown = recordsOf(tried.trial([{ bucket, rows: [...plain, ...odd] }])[0]!)
    assert.ok(shown.length > 0)
    assert.deepEqual(tried.close(bucket, plain), untried.close(bucket, plain))
  }
  assert.equal(JSON.stringify(tried.save()), JSON.stringify(untried.save()))
})

test('later trials of a bucket judge what is new beside what was found, so that one matter stays one alert', () => {
  const model = afterTenDays()
  const bucket = { start: day(10), end: day(10) + SPAN }
  const plain = LIFE(day(10)).map((contact) => row(contact, day(10)))
  const first = row(SHELL, day(10))
  const second = row({ ...SHELL, host: 'web-1' }, day(10) + MINUTE)
  const shown = (news: readonly Observation[], rows: readonly Observation[]) =>
    recordsOf(model.trial([{ bucket, rows, news }])[0]!)
      .filter(({ oddsock }) => oddsock!.shown)
      .map((one) => one.partition_field_value)
  assert.deepEqual(shown(plain, plain), [])
  assert.deepEqual(shown([first], [...plain, first]), ['db-1'])
  assert.deepEqual(shown([second], [...plain, first, second]), ['db-1'])
  const closed = recordsOf(model.close(bucket, [...plain, first, second]))
  assert.deepEqual(
    closed.filter(({ oddsock }) => oddsock!.shown).map((one) => one.partition_field_value),
    ['db-1'],
  )
})

test('late rows are scored once, in their own bucket, whether the store gives all rows again or only the new', () => {
  const bucket = { start: day(10), end: day(10) + SPAN }
  const rows = LIFE(day(10)).map((contact) => row(contact, day(10)))
  const late = (again: boolean) => {
    const model = afterTenDays()
    model.close(bucket, rows)
    const came = [...(again ? rows : []), row(SHELL, day(10), 5)]
    const first = model.late(bucket, came)
    const second = model.late(bucket, came)
    return { first, second, state: JSON.stringify(model.save()) }
  }
  const whole = late(true)
  assert.equal(whole.first.results.length, 1)
  assert.equal(whole.first.results[0]!.timestamp, day(10))
  assert.deepEqual(whole.second.results, [])
  assert.deepEqual(late(false), whole)
})

test('with no room left what was met longest ago goes, is counted, and newcomers stay', () => {
  const model = newJob({ entryLimit: 200 })
  for (let n = 0; n < 4; n++)
    for (let i = 0; i < 60; i++)
      close(model, day(n) + i * SPAN, [
        { host: 'web-1', program: `/opt/tool-${String.fromCharCode(97 + n)}${'x'.repeat(i)}` },
      ])
  close(model, day(4), [SHELL])
  assert.match(model.warnings.join(), /^Too much to remember: .*\b[1-9]\d* programs, .* were forgotten/)
  const kept = JSON.stringify(model.save())
  assert.ok(kept.includes(JSON.stringify(SHELL.program).slice(1, -1)))
  assert.ok(kept.includes(`/opt/tool-d${'x'.repeat(59)}`))
  assert.ok(!kept.includes('"/opt/tool-a"'))
})

test('late events of buckets whose rows there was no room for are counted, not scored, and that is said', () => {
  const model = afterTenDays({ rowLimit: 100 })
  const contacts = (bucket: number) =>
    Array.from({ length: 30 }, (_, i) => ({ host: 'web-1', program: '/bin/x', ip: `10.0.${bucket}.${i}` }))
  for (let i = 0; i < 5; i++) close(model, day(10) + i * SPAN, contacts(i))
  const late = (bucket: number) => {
    const start = day(10) + bucket * SPAN
    return model.late({ start, end: start + SPAN }, [row(SHELL, start)])
  }
  // Three buckets of thirty rows have room in a hundred.
  assert.equal(late(1).unscored, 1)
  assert.deepEqual(late(1).results, [])
  assert.equal(late(2).results.length, 1)
  assert.match(model.warnings.join(), /^Too much to tell late events apart: those from before 2026-01-15T00:15/)
  const again = newJob({ rowLimit: 100 }, JSON.parse(JSON.stringify(model.save())))
  assert.equal(again.late({ start: day(10), end: day(10) + SPAN }, [row(SHELL, day(10))]).unscored, 1)
  close(again, day(20), contacts(0))
  assert.deepEqual(again.warnings, [])
})

test('of a use with more than 64 peers inside none is remembered when the day is over', () => {
  const entriesAfter = (peers: number) => {
    const model = newJob()
    const contacts = Array.from({ length: peers }, (_, i) => ({ host: 'web-1', program: '/bin/x', ip: `10.0.0.${i}` }))
    close(model, day(0), contacts)
    close(model, day(1), [])
    return model.entries
  }
  assert.equal(entriesAfter(64) - entriesAfter(1), 63)
  assert.equal(entriesAfter(65), entriesAfter(1) - 1)
})
