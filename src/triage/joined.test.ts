import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Alert } from '../domain/alert.ts'
import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import type { Rule } from '../domain/rule.ts'
import { MINUTE } from '../domain/time.ts'
import { NOTHING_JOINED, withJoined, withRecord } from './joined.ts'

const SPAN = 15 * MINUTE

function record(program: string, bucket: number, record_score = 60, peer = '203.0.113.7') {
  return {
    by_field_value: program,
    partition_field_value: 'web-1',
    timestamp: bucket * SPAN,
    record_score,
    influencers: [{ influencer_field_name: 'destination.ip', influencer_field_values: [peer] }],
    oddsock: { user: 'ann' },
  } as unknown as AnomalyRecord
}

const ALERT = {
  '@timestamp': '2026-01-05T00:00:00.000Z',
  'kibana.alert.uuid': 'a',
  'kibana.alert.workflow_status': 'open',
  'kibana.alert.reason': 'nc used the network.',
  by_field_value: '/usr/bin/nc',
  oddsock: { nats: 7, sentence: 'nc used the network.' },
} satisfies Alert
const RULE = { anomaly_threshold: 50 } as Rule

const told = (...records: readonly AnomalyRecord[]) => records.reduce(withRecord, NOTHING_JOINED)

test('the same program is one entry, which counts its buckets once each, whatever their order', () => {
  const [curl, ...others] = told(
    record('/usr/bin/curl', 4, 55),
    record('/usr/bin/curl', 5, 70, '203.0.113.8'),
    record('/usr/bin/curl', 5, 71),
    record('/usr/bin/curl', 2, 51),
  ).entries
  assert.deepEqual(others, [])
  assert.deepEqual(
    [curl!.first, curl!.last, curl!.buckets, curl!.record_score, curl!.peers],
    [2 * SPAN, 5 * SPAN, 3, 71, ['203.0.113.7', '203.0.113.8']],
  )
})

test('an alert names what would have been an alert by itself, and lists the rest', () => {
  const joined = told(record('/usr/bin/nc', 1, 99), record('/usr/bin/curl', 2, 50), record('/usr/bin/dig', 3, 49))
  const alert = withJoined(ALERT, joined, RULE)
  assert.equal(
    alert['kibana.alert.reason'],
    'nc used the network. Within the hour 1 more program of this account joined it: /usr/bin/curl.',
  )
  const { joined: entries } = alert.oddsock as { joined: { program: string; first: string }[] }
  assert.deepEqual(
    entries.map(({ program, first }) => [program, first]),
    [
      ['/usr/bin/nc', '1970-01-01T00:15:00.000Z'],
      ['/usr/bin/curl', '1970-01-01T00:30:00.000Z'],
      ['/usr/bin/dig', '1970-01-01T00:45:00.000Z'],
    ],
  )
})

test('what joins with a higher score than the alert has is told with its reason, and its peer comes first', () => {
  const terms = [
    { name: 'new port', nats: 1, sentence: 'Port 8888 is new.', numbers: {} },
    {
      name: 'unknown endpoint',
      nats: 7,
      sentence: 'Nobody ever called 198.51.100.9.',
      numbers: { ip: '198.51.100.9' },
    },
  ]
  const many = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5'].map((ip, i) =>
    record('/usr/bin/java', i, 40, ip),
  )
  const worse = {
    ...record('/usr/bin/java', 9, 86.5, '10.0.0.6'),
    oddsock: { user: 'ann', terms },
  } as unknown as AnomalyRecord
  const alert = withJoined({ ...ALERT, record_score: 50, by_field_value: '/usr/bin/java' }, told(...many, worse), RULE)
  assert.equal(
    alert['kibana.alert.reason'],
    'nc used the network. Since then /usr/bin/java as ann came to 87: Nobody ever called 198.51.100.9.',
  )
  const { joined } = alert.oddsock as { joined: { peers: string[] }[] }
  assert.deepEqual(joined[0]!.peers, ['198.51.100.9', '10.0.0.6', '10.0.0.1', '10.0.0.2', '10.0.0.3'])
})

test('an alert that is joined again says it once', () => {
  const first = told(record('/usr/bin/curl', 2))
  const second = withRecord(first, record('/tmp/x', 3))
  assert.deepEqual(withJoined(withJoined(ALERT, first, RULE), second, RULE), withJoined(ALERT, second, RULE))
  assert.deepEqual(withJoined(ALERT, NOTHING_JOINED, RULE), ALERT)
})

test('what joins beyond twenty programs is counted', () => {
  const many = told(...Array.from({ length: 25 }, (_, i) => record(`/tmp/${i}`, i)), record('/tmp/0', 30))
  assert.equal(many.entries.length, 20)
  assert.equal(many.entries[0]!.buckets, 2)
  assert.equal((withJoined(ALERT, many, RULE).oddsock as { joined_others: number }).joined_others, 5)
})
