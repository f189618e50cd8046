import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Alert } from '../domain/alert.ts'
import type { AnomalyRecord, NoveltyTerm } from '../domain/anomaly-record.ts'
import { AppError } from '../domain/error.ts'
import { expectedFor, maliciousFor } from './feedback-for.ts'

const QUARTER = 900_000
const DAY = 86_400_000
/** Start of a bucket. */
const AT = Date.UTC(2026, 2, 2, 10)

interface Told {
  readonly host?: string
  readonly user?: string
  readonly program?: string
  /** Days since the program was first used; undefined where the score says nothing of it. */
  readonly age?: number
  readonly peer?: string
  readonly at?: number
  readonly incident?: string
}

function termsOf({ age, peer }: Told): NoveltyTerm[] {
  const term = (name: NoveltyTerm['name'], nats: number, numbers: NoveltyTerm['numbers']) => ({
    name,
    nats,
    sentence: '',
    numbers,
  })
  return [
    ...(age === undefined ? [] : [term('program', 3, { age })]),
    ...(peer === undefined ? [] : [term('unknown endpoint', 5, { ip: peer })]),
  ]
}

function record(told: Told): AnomalyRecord {
  const { host = 'web-1', user = 'www-data', program = '/usr/sbin/nginx', at = AT, incident = 'i1' } = told
  return {
    record_id: `${host}${program}${at}`,
    timestamp: at,
    bucket_span: 900,
    job_id: 'novel',
    by_field_value: program,
    partition_field_value: host,
    influencers: [
      { influencer_field_name: 'destination.ip', influencer_field_values: ['10.0.0.2', told.peer ?? '10.0.0.3'] },
    ],
    oddsock: { terms: termsOf(told), user, incident },
  } as unknown as AnomalyRecord
}

function alert(told: Told): Alert {
  return { ...record(told), 'kibana.alert.uuid': 'a1' } as unknown as Alert
}

const NEW = { program: '/dev/shm/x', age: 0, peer: '198.51.100.7' }
const DAEMON = { age: 40, peer: '198.51.100.7' }

for (const { why, told, expect } of [
  { why: 'a new program, whatever it contacts', told: NEW, expect: { program: '/dev/shm/x' } },
  {
    why: 'the peers of a program that has long been there',
    told: DAEMON,
    expect: { program: '/usr/sbin/nginx', peers: ['198.51.100.7', '10.0.0.2'] },
  },
  {
    why: 'the peers where the program says nothing at all',
    told: { peer: '198.51.100.7' },
    expect: { program: '/usr/sbin/nginx', peers: ['198.51.100.7', '10.0.0.2'] },
  },
])
  test(`what is expected is ${why}, on its host and as its user`, () => {
    const { scope: found } = expectedFor(alert(told), { until: AT + DAY, given_at: AT })
    assert.deepEqual(found, { host: 'web-1', user: 'www-data', ...expect })
  })

test('who names a scope gets that, and nobody can expect all that a host does', () => {
  const wish = { until: AT + DAY, given_at: AT }
  assert.deepEqual(expectedFor(alert(NEW), { ...wish, scope: ['peer', 'program'] }).scope, {
    program: '/dev/shm/x',
    peers: ['198.51.100.7', '10.0.0.2'],
  })
  assert.throws(
    () => expectedFor(alert(NEW), { ...wish, scope: ['host', 'user'] }),
    (error) => error instanceof AppError && error.code === 'FEEDBACK_TOO_VAGUE',
  )
})

test('a malicious program is one since its first use, whatever it contacted', () => {
  // 1.01 days before 10:00 is 09:45:36 of the day before, in the bucket from 09:45 on.
  const said = maliciousFor(alert({ ...NEW, age: 1.01 }), [], { given_at: AT })
  assert.deepEqual(said.scopes, [{ host: 'web-1', user: 'www-data', program: '/dev/shm/x' }])
  assert.equal(said.from, AT - DAY - QUARTER)
  assert.equal(said.after, AT + QUARTER)
})

test('of a daemon only what went to its odd peer is malicious, since the first finding of it', () => {
  const earlier = [
    record({ ...DAEMON, at: AT - 4 * QUARTER, incident: 'i0' }),
    record({ ...DAEMON, at: AT - 8 * QUARTER, peer: '192.0.2.1', incident: 'i0' }),
    record({ ...DAEMON, at: AT - 9 * QUARTER, host: 'web-2', incident: 'i0' }),
  ]
  const said = maliciousFor(alert(DAEMON), earlier, { given_at: AT })
  assert.deepEqual(said.scopes, [
    { host: 'web-1', user: 'www-data', program: '/usr/sbin/nginx', peers: ['198.51.100.7'] },
  ])
  assert.equal(said.from, AT - 4 * QUARTER)
})

test('an incident is all that joined it, on other hosts too, and each part since its own beginning', () => {
  const joined = record({ ...NEW, host: 'db-1', at: AT + 2 * QUARTER, age: 3 * (QUARTER / DAY) })
  const said = maliciousFor(alert(NEW), [joined, record({ ...NEW, host: 'ci-1', incident: 'i2' })], { given_at: AT })
  assert.deepEqual(
    said.scopes.map(({ host }) => host),
    ['web-1', 'db-1'],
  )
  assert.equal(said.from, AT - QUARTER)
})

test('the same said twice is said once; another length, or the opposite, is something else', () => {
  const id = (until: number) => expectedFor(alert(NEW), { until, given_at: AT, note: `${until}` }).id
  assert.equal(id(AT + DAY), expectedFor(alert(NEW), { until: AT + DAY, given_at: AT + 5 }).id)
  assert.notEqual(id(AT + DAY), id(AT + 2 * DAY))
  assert.notEqual(id(AT + DAY), maliciousFor(alert(NEW), [], { given_at: AT }).id)
})

test('an alert of another function teaches nothing', () => {
  const rare = { 'kibana.alert.uuid': 'a1', job_id: 'rare', by_field_value: 'x', oddsock: {} } as unknown as Alert
  for (const say of [
    () => maliciousFor(rare, [], { given_at: AT }),
    () => expectedFor(rare, { until: AT, given_at: AT }),
  ])
    assert.throws(say, (error) => error instanceof AppError && error.code === 'FEEDBACK_UNUSABLE')
})
