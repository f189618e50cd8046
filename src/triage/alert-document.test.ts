import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Alert } from '../domain/alert.ts'
import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import type { EcsEvent } from '../domain/event.ts'
import type { Before } from '../domain/landmark.ts'
import type { Observation } from '../domain/observation.ts'
import { MINUTE } from '../domain/time.ts'
import { alertDocument } from './alert-document.ts'
import { evidenceOf } from './evidence.ts'
import { NOTHING_JOINED } from './joined.ts'
import { RECORD, RULE } from './testdata/found.ts'
import { A_WEEK, BUCKET, CURL, connect, FIELDS, row, seen } from './testdata/told.ts'

interface Change {
  readonly record?: Partial<AnomalyRecord>
  readonly host?: string | null
  readonly rows?: readonly Observation[]
  readonly events?: readonly EcsEvent[]
  readonly before?: Before
}

function alertOf({ record, host = 'web-1', rows = [row(CURL)], events = [connect()], before }: Change = {}): Alert {
  const found = {
    alertId: 'a1',
    rule: RULE,
    record: { ...RECORD, ...record },
    host,
    rows,
    severity: 'high',
    risk_score: 73,
  }
  const acquaintance = { ...A_WEEK, anywhere: seen(['web-2']) }
  return alertDocument({ ...found, severity: 'high' }, evidenceOf(rows, FIELDS, events), {
    acquaintance,
    now: BUCKET + 18 * MINUTE,
    joined: NOTHING_JOINED,
    ...(before && { before }),
  })
}

test('an alert carries the record, flat kibana.alert fields and ECS that is nested', () => {
  const alert = alertOf()
  for (const [field, value] of Object.entries(RECORD)) assert.deepEqual(alert[field], value, field)
  assert.equal(alert['@timestamp'], '2026-03-10T12:18:00.000Z')
  assert.equal(alert['kibana.alert.original_time'], '2026-03-10T12:00:00.000Z')
  assert.equal(alert['kibana.alert.uuid'], 'a1')
  assert.equal(alert['kibana.alert.status'], 'active')
  assert.equal(alert['kibana.alert.workflow_status'], 'open')
  assert.equal(alert['kibana.alert.severity'], 'high')
  assert.equal(alert['kibana.alert.risk_score'], 73)
  assert.equal(alert['kibana.alert.rule.rule_id'], 'unusual_linux_network')
  // The fields that Kibana's views filter by.
  assert.equal(alert['kibana.alert.rule.rule_type_id'], 'siem.mlRule')
  assert.equal(alert['kibana.alert.rule.producer'], 'siem')
  assert.deepEqual(alert['kibana.space_ids'], ['default'])
  assert.deepEqual(alert['kibana.alert.rule.parameters'], {
    anomaly_threshold: 50,
    machine_learning_job_id: ['linux_anomalous_network_activity'],
  })
  assert.deepEqual(alert.event, { kind: 'signal' })
  assert.ok(!Object.keys(alert).some((key) => key.startsWith('process.') || key === 'kibana'))
})

test('process, host and user hold one value, addresses and ports a list without repetitions', () => {
  const rows = [row(CURL.with(3, '192.0.2.7,192.0.2.8'), 2), row(CURL.with(3, '192.0.2.8')), row(CURL.with(2, 'root'))]
  const alert = alertOf({ rows, events: [connect(), connect({ destination: { port: '8443' } })] })
  assert.deepEqual(alert.process, { name: 'curl', executable: '/usr/bin/curl', pid: 4711 })
  assert.deepEqual(alert.host, { name: 'web-1' })
  assert.deepEqual(alert.user, { id: '33', name: 'www-data' })
  assert.deepEqual(alert.destination, { ip: ['192.0.2.7', '192.0.2.8'], port: [443, 8443] })
})

test('the span is that of all events, those not shown included', () => {
  const later: Observation = { ...row(CURL), first: BUCKET, last: BUCKET + 14 * MINUTE }
  const { oddsock } = alertOf({ rows: [row(CURL), later] }) as unknown as { oddsock: Record<string, unknown> }
  assert.equal(oddsock.first_seen, '2026-03-10T12:00:00.000Z')
  assert.equal(oddsock.last_seen, '2026-03-10T12:14:00.000Z')
})

test('an alert says what was known before', () => {
  const { oddsock } = alertOf() as unknown as { oddsock: Record<string, unknown> }
  assert.deepEqual(oddsock.history, { from: '2026-03-03T12:00:00.000Z', buckets: 672, hosts: 3 })
  assert.deepEqual(oddsock.seen_before, {
    anywhere: { first: '2026-03-04T12:00:00.000Z', last: '2026-03-10T00:00:00.000Z', buckets: 14, hosts: ['web-2'] },
  })
  assert.equal(oddsock.sentence, alertOf()['kibana.alert.reason'])
})

test('what is missing is left out, and what others sent is read in either spelling', () => {
  const cases: { why: string; given: Change; field: string; expect: unknown }[] = [
    { why: 'no host', given: { host: null }, field: 'host', expect: undefined },
    {
      why: 'a user without a name',
      given: { rows: [row(CURL.with(2, null))], events: [connect({ user: { id: '33' } })] },
      field: 'user',
      expect: { id: '33' },
    },
    {
      why: 'no user at all',
      given: { rows: [row(CURL.with(2, null))], events: [connect({ user: undefined })] },
      field: 'user',
      expect: undefined,
    },
    {
      why: 'the first event is of another user than most',
      given: { rows: [row(CURL.with(2, 'root'), 9), row(CURL)] },
      field: 'user',
      expect: { name: 'root' },
    },
    {
      why: 'dotted keys',
      given: { events: [{ 'process.name': 'curl', 'process.pid': 7, process: { title: 'curl' } }] },
      field: 'process',
      expect: { title: 'curl', name: 'curl', pid: 7 },
    },
    {
      why: 'no event could be read',
      given: { events: [] },
      field: 'process',
      expect: { name: 'curl' },
    },
    {
      why: 'a port that is none',
      given: { rows: [row(CURL.with(3, null))], events: [connect({ destination: { port: 'https' } })] },
      field: 'destination',
      expect: undefined,
    },
    {
      why: 'a connection from outside has its peer as source',
      given: {
        rows: [row(CURL.with(3, null))],
        events: [connect({ network: { direction: 'ingress' }, source: { ip: '203.0.113.9' }, destination: {} })],
      },
      field: 'source',
      expect: { ip: ['203.0.113.9'] },
    },
    {
      why: 'a record about a user',
      given: { record: { by_field_name: 'user.name', by_field_value: 'ann' } },
      field: 'user',
      expect: { name: 'ann' },
    },
  ]
  for (const { why, given, field, expect } of cases) assert.deepEqual(alertOf(given)[field], expect, why)
})

test('hostile names stay values, and the prototype stays what it was', () => {
  const event = { 'process.__proto__': { polluted: true }, process: JSON.parse('{"__proto__":{"polluted":true}}') }
  const alert = alertOf({
    host: '__proto__',
    record: { by_field_value: '__proto__' },
    rows: [row(CURL.with(2, '__proto__'))],
    events: [event],
  })
  assert.equal((alert.host as { name: string }).name, '__proto__')
  assert.equal((alert.process as { name: string }).name, '__proto__')
  assert.equal((alert.process as { polluted?: unknown }).polluted, undefined)
  assert.equal(({} as { polluted?: unknown }).polluted, undefined)
})
