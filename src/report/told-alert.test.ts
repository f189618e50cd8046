import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Alert } from '../domain/alert.ts'
import { toldAlert } from './told-alert.ts'

const LEAST = {
  '@timestamp': '2026-03-08T00:20:00.000Z',
  'kibana.alert.uuid': 'a',
  'kibana.alert.workflow_status': 'open',
} as const satisfies Alert

const EVENT = { '@timestamp': '2026-03-08T00:07:00.000Z', process: { name: 'xmrig' } }
const FACET = { field: 'destination.ip', values: [{ value: '203.0.113.7', count: 3 }], others: 0 }

const EXPECTED = {
  job: 'odd_ones',
  rule: 'Unusual Linux Network Activity',
  severity: 'medium',
  score: 87.5,
  sentence: 'xmrig was new',
  process: 'xmrig',
  hosts: ['web-1'],
  users: ['www-data'],
  destinations: ['203.0.113.7', '2001:db8::7'],
  bucket: Date.UTC(2026, 2, 8),
  firstSeen: Date.UTC(2026, 2, 8, 0, 7),
  lastSeen: Date.UTC(2026, 2, 8, 0, 9),
  seenBefore: 4,
  history: 600,
  answers: [{ question: 'user', says: 'Ran as www-data.' }],
  reasons: [
    { nats: 6.5, sentence: 'It was never seen.' },
    { nats: -0.5, sentence: 'By day.' },
  ],
  unless: ['it had been seen'],
  subject: '/tmp/xmrig',
  evidence: { count: 3, events: [EVENT], facets: [FACET] },
}

const TERMS = [
  { name: 'hour', nats: -0.5, sentence: 'By day.' },
  { name: 'program', nats: 6.5, sentence: 'It was never seen.' },
]

/** Ours, and two that no version of ours wrote. */
const ANSWERS = [
  { question: 'user', says: 'Ran as www-data.' },
  { question: '__proto__', says: 'x' },
  { question: 'user' },
]

const RULE = {
  job_id: 'odd_ones',
  'kibana.alert.rule.name': 'Unusual Linux Network Activity',
  'kibana.alert.severity': 'medium',
  'kibana.alert.reason': 'event with process xmrig',
}

test('an alert is read alike, nested and dotted', () => {
  const nested = {
    ...LEAST,
    ...RULE,
    timestamp: Date.UTC(2026, 2, 8),
    record_score: 87.5,
    by_field_value: '/tmp/xmrig',
    process: { name: 'xmrig' },
    host: { name: 'web-1' },
    user: { name: 'www-data' },
    destination: { ip: ['203.0.113.7', '2001:db8::7'] },
    oddsock: {
      sentence: 'xmrig was new',
      terms: TERMS,
      answers: ANSWERS,
      would_not_alert_if: ['it had been seen'],
      evidence: { count: 3, events: [EVENT], facets: [FACET] },
      seen_before: { anywhere: { buckets: 4 } },
      history: { buckets: 600 },
      first_seen: '2026-03-08T00:07:00.000Z',
      last_seen: '2026-03-08T00:09:00.000Z',
    },
  }
  const dotted = {
    ...LEAST,
    ...RULE,
    timestamp: '2026-03-08T00:00:00.000Z',
    record_score: '87.5',
    by_field_value: '/tmp/xmrig',
    'process.name': 'xmrig',
    'oddsock.terms': TERMS,
    'oddsock.answers': ANSWERS,
    'oddsock.would_not_alert_if': ['it had been seen'],
    'host.name': ['web-1'],
    'user.name': 'www-data',
    'destination.ip': ['203.0.113.7', '2001:db8::7'],
    'oddsock.sentence': 'xmrig was new',
    'oddsock.evidence': { count: 3, events: [EVENT], facets: [FACET] },
    'oddsock.seen_before.anywhere.buckets': 4,
    'oddsock.history.buckets': 600,
    'oddsock.first_seen': '2026-03-08T00:07:00.000Z',
    'oddsock.last_seen': Date.UTC(2026, 2, 8, 0, 9),
  }
  assert.deepEqual(toldAlert(nested), EXPECTED)
  assert.deepEqual(toldAlert(dotted), EXPECTED)
})

test('an alert that says nothing is still told, in words that say that it knows nothing', () => {
  assert.deepEqual(toldAlert(LEAST), {
    job: 'a job without an id',
    rule: 'a rule without a name',
    severity: 'low',
    score: 0,
    sentence: 'a process without a name used the network',
    process: 'a process without a name',
    subject: 'a process without a name',
    answers: [],
    reasons: [],
    unless: [],
    hosts: [],
    users: [],
    destinations: [],
    bucket: Date.UTC(2026, 2, 8, 0, 20),
    seenBefore: 0,
    evidence: { count: 0, events: [], facets: [] },
  })
})

test('what is missing is taken from the next best field', () => {
  const without = { ...LEAST, process: { name: 'nc' }, host: { name: ['a', 'b'] } }
  assert.equal(toldAlert(without).sentence, 'nc used the network on a, b')
  assert.equal(toldAlert({ ...without, 'kibana.alert.reason': 'because' }).sentence, 'because')
  assert.equal(toldAlert({ ...LEAST, 'kibana.alert.rule.rule_id': 'r1' }).rule, 'r1')
  assert.equal(toldAlert({ ...LEAST, oddsock: { evidence: { events: [EVENT, EVENT] } } }).evidence.count, 2)
})

test('what is no number, time or evidence counts as missing', () => {
  const garbage: readonly unknown[] = [null, 'x', [], {}, true, 'NaN', '1e999', Number.POSITIVE_INFINITY]
  for (const it of garbage) {
    const told = toldAlert({
      ...LEAST,
      '@timestamp': 'never',
      timestamp: it,
      record_score: it,
      'oddsock.first_seen': it,
      oddsock: { evidence: it, history: { buckets: it }, terms: it, answers: it },
    })
    assert.equal(told.score, 0, String(it))
    assert.equal(told.bucket, undefined)
    assert.equal(told.firstSeen, undefined)
    assert.equal(told.history, undefined)
    assert.deepEqual(told.evidence, { count: 0, events: [], facets: [] })
    assert.deepEqual(told.reasons, [])
    assert.deepEqual(told.answers, [])
    assert.deepEqual(toldAlert({ ...LEAST, oddsock: it }).evidence, { count: 0, events: [], facets: [] })
  }
  const inside = { evidence: { count: 7, events: 'none', facets: { field: 'x' } } }
  assert.deepEqual(toldAlert({ ...LEAST, oddsock: inside }).evidence, { count: 7, events: [], facets: [] })
})

test('__proto__ is a name like any other, and nobody can reach the evidence through it', () => {
  const alert: Alert = { ...LEAST, process: { name: '__proto__' }, host: { name: 'constructor' } }
  assert.equal(toldAlert(alert).process, '__proto__')
  assert.deepEqual(toldAlert(alert).hosts, ['constructor'])
  const inherited = JSON.parse('{"@timestamp":"x","__proto__":{"oddsock":{"evidence":{"count":9}}}}')
  assert.equal(toldAlert(inherited).evidence.count, 0)
})
