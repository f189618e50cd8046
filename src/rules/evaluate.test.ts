import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import type { Observation } from '../domain/observation.ts'
import type { Rule } from '../domain/rule.ts'
import { MINUTE } from '../domain/time.ts'
import { alertIdOf, evaluate, type JudgedRecord, NEW_RULE, type RuleContext, type RuleState } from './evaluate.ts'
import { isSameJob } from './job-id.ts'

const RULE: Rule = {
  rule_id: 'r-1',
  type: 'machine_learning',
  name: 'Odd network use',
  description: '',
  severity: 'low',
  risk_score: 21,
  enabled: true,
  interval: '15m',
  from: 'now-45m',
  to: 'now',
  max_signals: 100,
  version: 1,
  author: [],
  tags: [],
  references: [],
  false_positives: [],
  threat: [],
  severity_mapping: [],
  risk_score_mapping: [],
  exceptions_list: [],
  machine_learning_job_id: ['linux_anomalous_network_activity'],
  anomaly_threshold: 50,
}

const FIELDS = ['host.name', 'process.name']
const NOW = Date.parse('2026-03-02T10:00:00Z')
const CONTEXT: RuleContext = { fields: FIELDS, isExcepted: () => false, now: NOW, isKnown: () => false }

function record(id: string, score: number, more: Partial<AnomalyRecord> = {}): AnomalyRecord {
  return {
    result_type: 'record',
    record_id: id,
    job_id: 'linux_anomalous_network_activity',
    timestamp: NOW - 17 * MINUTE,
    bucket_span: 900,
    detector_index: 0,
    is_interim: false,
    function: 'rare',
    function_description: 'rare',
    by_field_name: 'process.name',
    by_field_value: 'xmrig',
    probability: 1e-5,
    actual: [1],
    typical: [0.1],
    multi_bucket_impact: 0,
    initial_record_score: score,
    record_score: score,
    influencers: [],
    ...more,
  }
}

function row(host: string | null): Observation {
  return { values: [host, 'xmrig'], count: 1, first: 0, last: 0, events: [] }
}

const judged = (record: AnomalyRecord, ...hosts: (string | null)[]): JudgedRecord => ({ record, rows: hosts.map(row) })

test('a record at the threshold makes a finding, one just below does not', () => {
  const page = [judged(record('a', 50), 'web-1'), judged(record('b', 49.999), 'web-1')]
  const { findings, below } = evaluate(RULE, page, CONTEXT)
  assert.deepEqual(
    findings.map(({ record, host }) => [record.record_id, host]),
    [['a', 'web-1']],
  )
  assert.deepEqual(
    below.map(({ record_id }) => record_id),
    ['b'],
  )
})

test('the present score is judged, not the first', () => {
  const risen = record('a', 60, { initial_record_score: 40 })
  const fallen = record('b', 40, { initial_record_score: 60 })
  const { findings, below } = evaluate(RULE, [judged(risen, 'h'), judged(fallen, 'h')], CONTEXT)
  assert.deepEqual([findings.length, below.length], [1, 1])
})

test('a record over three hosts makes a finding for each, with the rows of that host', () => {
  const { findings } = evaluate(RULE, [judged(record('a', 80), 'web-2', 'web-1', 'web-2', null)], CONTEXT)
  assert.deepEqual(
    findings.map(({ host, rows }) => [host, rows.length]),
    [
      ['web-2', 2],
      ['web-1', 1],
      [null, 1],
    ],
  )
  assert.equal(new Set(findings.map(({ alertId }) => alertId)).size, 3)
})

test('an exception for one host leaves the other host of the same record', () => {
  const isExcepted = (one: Observation) => one.values[0] === 'web-1'
  const { findings } = evaluate(RULE, [judged(record('a', 80), 'web-1', 'web-2')], { ...CONTEXT, isExcepted })
  assert.deepEqual(
    findings.map(({ host }) => host),
    ['web-2'],
  )
})

test('a record whose rows are all excepted makes no finding', () => {
  const { findings, below } = evaluate(RULE, [judged(record('a', 80), 'h')], { ...CONTEXT, isExcepted: () => true })
  assert.deepEqual([findings, below], [[], []])
})

test('a record without rows makes one finding without a host', () => {
  assert.deepEqual(evaluate(RULE, [judged(record('a', 80))], CONTEXT).findings[0]?.host, null)
})

test('a job is the same job under each id that it has been shipped with', () => {
  const cases: readonly [asked: string, jobId: string, same: boolean][] = [
    ['linux_anomalous_network_activity', 'v3_linux_anomalous_network_activity_ea', true],
    ['v3_linux_anomalous_network_activity_ea', 'linux_anomalous_network_activity', true],
    ['v2_linux_anomalous_network_activity_ecs', 'v3_linux_anomalous_network_activity_euid', true],
    ['*', 'anything', true],
    ['linux_anomalous_network_activity', 'linux_anomalous_network_port_activity', false],
    ['v3_x', 'v3x', false],
    ['x_ea', 'xea', false],
  ]
  for (const [asked, jobId, same] of cases) assert.equal(isSameJob(asked, jobId), same, `${asked} and ${jobId}`)
})

test('records of other jobs are left alone', () => {
  const other = judged(record('a', 80, { job_id: 'other' }), 'h')
  const { findings, below } = evaluate(RULE, [other], CONTEXT)
  assert.deepEqual([findings, below], [[], []])
})

test('a revision of a record that has its alert makes no new one and does not count', () => {
  const known = alertIdOf(RULE, record('a', 80), 'web-1')
  const context = { ...CONTEXT, isKnown: (id: string) => id === known }
  const { findings, revised, state } = evaluate(RULE, [judged(record('a', 90), 'web-1', 'web-2')], context)
  assert.deepEqual([revised.map(({ host }) => host), findings.map(({ host }) => host)], [['web-1'], ['web-2']])
  assert.equal(state.created, 1)
})

test('what is beyond max_signals waits for the next interval, in order, and a warning says so', () => {
  const rule = { ...RULE, max_signals: 2 }
  const page = ['a', 'b', 'c', 'd', 'e'].map((id) => judged(record(id, 80), 'h'))
  const first = evaluate(rule, page, CONTEXT)
  assert.deepEqual(idsOf(first), ['a', 'b'])
  assert.deepEqual(first.warnings, [
    'Rule "Odd network use" reached max_signals 2: 3 findings wait until 2026-03-02T10:15:00.000Z',
  ])
  const sameInterval = evaluate(rule, [], { ...CONTEXT, now: NOW + 14 * MINUTE }, first.state)
  assert.deepEqual([idsOf(sameInterval), sameInterval.warnings], [[], []])
  const next = evaluate(rule, [judged(record('f', 80), 'h')], { ...CONTEXT, now: NOW + 15 * MINUTE }, first.state)
  assert.deepEqual(idsOf(next), ['c', 'd'])
  const last = evaluate(rule, [], { ...CONTEXT, now: NOW + 30 * MINUTE }, next.state)
  assert.deepEqual([idsOf(last), last.warnings], [['e', 'f'], []])
})

test('a waiting finding whose score falls meanwhile is not let go', () => {
  const rule = { ...RULE, max_signals: 1 }
  const { state } = evaluate(rule, [judged(record('a', 80), 'h'), judged(record('b', 80), 'h')], CONTEXT)
  const later = { ...CONTEXT, now: NOW + 15 * MINUTE }
  assert.deepEqual(idsOf(evaluate(rule, [judged(record('b', 10), 'h')], later, state)), [])
})

test('a waiting finding is let go with the newest revision of its record', () => {
  const rule = { ...RULE, max_signals: 1 }
  const { state } = evaluate(rule, [judged(record('a', 80), 'h'), judged(record('b', 80), 'h')], CONTEXT)
  const { findings } = evaluate(rule, [judged(record('b', 85), 'h')], { ...CONTEXT, now: NOW + 15 * MINUTE }, state)
  assert.equal(findings[0]?.record.record_score, 85)
})

test('max_signals holds in every interval, nothing is lost, and page size does not matter', () => {
  const steps = fc.array(fc.record({ records: fc.nat(4), wait: fc.nat(40) }), { maxLength: 12 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), steps, (max_signals, steps) => {
      const rule = { ...RULE, max_signals }
      const perInterval = new Map<number, number>()
      let state: RuleState = NEW_RULE
      let onePage: RuleState = NEW_RULE
      const out: string[] = []
      const outOnePage: string[] = []
      let now = NOW
      let made = 0
      for (const { records, wait } of steps) {
        const page = Array.from({ length: records }, () => judged(record(`r${made++}`, 80), 'h'))
        for (const one of page.length ? page : [undefined]) {
          const outcome = evaluate(rule, one ? [one] : [], { ...CONTEXT, now }, state)
          state = JSON.parse(JSON.stringify(outcome.state))
          out.push(...idsOf(outcome))
        }
        const whole = evaluate(rule, page, { ...CONTEXT, now }, onePage)
        onePage = whole.state
        outOnePage.push(...idsOf(whole))
        const interval = Math.floor(now / (15 * MINUTE))
        perInterval.set(interval, state.created)
        now += wait * MINUTE
      }
      for (const created of perInterval.values()) assert.ok(created <= max_signals)
      const all = Array.from({ length: made }, (_, i) => `r${i}`)
      assert.deepEqual([...out, ...state.waiting.map((one) => one.record.record_id)], all)
      assert.deepEqual(outOnePage, out)
    }),
  )
})

test('severity is the highest that a mapping gives, of the record and of its influencers', () => {
  const rule: Rule = {
    ...RULE,
    severity_mapping: [
      { field: 'user.name', operator: 'equals', value: 'root', severity: 'high' },
      { field: 'process.name', operator: 'equals', value: 'xmrig', severity: 'medium' },
      { field: 'host.name', operator: 'equals', value: 'db-1', severity: 'critical' },
    ],
  }
  const influencers = [
    { influencer_field_name: 'user.name', influencer_field_values: ['ann', 'root'] },
    { influencer_field_name: 'host.name', influencer_field_values: ['web-1', 'db-1'] },
  ]
  const { findings } = evaluate(rule, [judged(record('a', 80, { influencers }), 'web-1', 'db-1')], CONTEXT)
  assert.deepEqual(
    findings.map(({ severity }) => severity),
    ['high', 'critical'],
  )
})

test('a risk score comes from a field of the record, from a value, or from the rule', () => {
  const from = (...risk_score_mapping: Rule['risk_score_mapping']) =>
    evaluate({ ...RULE, risk_score_mapping }, [judged(record('a', 80), 'h')], CONTEXT).findings[0]?.risk_score
  assert.equal(from(), 21)
  assert.equal(from({ field: 'record_score', operator: 'equals', value: '' }), 80)
  assert.equal(from({ field: 'by_field_value', operator: 'equals', value: 'xmrig', risk_score: 73 }), 73)
  assert.equal(from({ field: 'by_field_value', operator: 'equals', value: 'other', risk_score: 73 }), 21)
  assert.equal(from({ field: 'timestamp', operator: 'equals', value: '' }), 21, 'no number from 0 to 100')
})

test('a rule of a type that does not run here says so by name', () => {
  assert.throws(() => evaluate({ ...RULE, type: 'eql' }, [], CONTEXT), /rules of type "eql" do not run here/)
})

test('a host called __proto__ is a host', () => {
  const { findings } = evaluate(RULE, [judged(record('a', 80), '__proto__')], CONTEXT)
  assert.deepEqual(findings[0]?.host, '__proto__')
})

function idsOf(outcome: { findings: readonly { record: AnomalyRecord }[] }): string[] {
  return outcome.findings.map(({ record }) => record.record_id)
}
