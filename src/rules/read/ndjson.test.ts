import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readNdjson } from './ndjson.ts'

const RULE = {
  id: '7f5b2b1e-0000-4000-8000-000000000001',
  rule_id: 'mine',
  type: 'machine_learning',
  name: 'odd',
  description: 'd',
  severity: 'medium',
  risk_score: 47,
  machine_learning_job_id: ['some_job'],
  anomaly_threshold: 75,
  exceptions_list: [{ id: 'l', list_id: 'mine-exceptions', type: 'rule_default', namespace_type: 'single' }],
  revision: 3,
}
const LIST = { list_id: 'mine-exceptions', type: 'rule_default', name: 'n', namespace_type: 'single' }
const ITEM = {
  list_id: 'mine-exceptions',
  item_id: 'i-1',
  type: 'simple',
  name: 'backup',
  description: '',
  namespace_type: 'single',
  os_types: ['linux'],
  comments: [],
  expire_time: '2026-06-01T00:00:00.000Z',
  entries: [
    { type: 'match', field: 'process.name', operator: 'included', value: 'restic' },
    { type: 'match_any', field: 'host.name', operator: 'included', value: ['db-1', 'db-2'] },
    { type: 'list', field: 'destination.ip', operator: 'excluded', list: { id: 'nets', type: 'ip_range' } },
    { type: 'exists', field: 'user.name', operator: 'included' },
    { type: 'wildcard', field: 'process.args', operator: 'included', value: '--repo*' },
  ],
}
const CONNECTOR = { id: 'c', type: 'action', attributes: { actionTypeId: '.email', name: 'mail' } }
const COUNT = { exported_count: 2, exported_rules_count: 1, missing_rules: [] }

const ndjson = (...documents: unknown[]) => documents.map((one) => `${JSON.stringify(one)}\n`).join('')

test('an export of Kibana gives its rules and its exceptions', () => {
  const { rules, exceptions, others, problems } = readNdjson(ndjson(RULE, LIST, ITEM, CONNECTOR, COUNT), 'e.ndjson')
  assert.deepEqual(problems, [])
  assert.equal(others, 3)
  assert.deepEqual([rules[0]?.rule_id, rules[0]?.interval, rules[0]?.revision], ['mine', '5m', 3])
  const { item_id, name, description, entries } = ITEM
  const item = { item_id, name, description, entries, expire_time: Date.UTC(2026, 5, 1) }
  assert.deepEqual(exceptions, [{ list_id: 'mine-exceptions', item }])
})

test('a lone rule without a count is enough', () => {
  assert.equal(readNdjson(JSON.stringify(RULE), 'e.ndjson').rules.length, 1)
})

test('good lines are read, whatever stands between them, and each problem has its place', () => {
  const nested = { ...ITEM, entries: [{ type: 'nested', field: 'a', entries: [] }] }
  const text = `${ndjson(RULE)}{"rule_id": \n\n${ndjson({ ...RULE, risk_score: 200 }, { hello: 1 }, nested, [1])}`
  const { rules, exceptions, problems } = readNdjson(text, 'e.ndjson')
  assert.deepEqual([rules.length, exceptions.length], [1, 0])
  assert.deepEqual(
    problems.map(({ where, code }) => [where, code]),
    [
      ['e.ndjson:2:13', 'FILE_UNREADABLE'],
      [`e.ndjson:4:${JSON.stringify(RULE).indexOf('47,') + 1}`, 'RULE_OUT_OF_RANGE'],
      ['e.ndjson:5:1', 'IMPORT_UNKNOWN_DOCUMENT'],
      [`e.ndjson:6:${JSON.stringify(nested).indexOf('"nested"') + 1}`, 'EXCEPTION_INVALID'],
      ['e.ndjson:7:1', 'IMPORT_UNKNOWN_DOCUMENT'],
    ],
  )
})

test('an item without entries, or with a time that is none, is refused', () => {
  const { problems } = readNdjson(ndjson({ ...ITEM, entries: [] }, { ...ITEM, expire_time: 'soon' }), 'e.ndjson')
  assert.deepEqual(
    problems.map(({ message }) => message),
    [
      'Cannot load exception: entries is [], expected at least one entry',
      'Cannot load exception: expire_time is "soon", expected a time such as 2026-03-02T10:00:00Z',
    ],
  )
})
