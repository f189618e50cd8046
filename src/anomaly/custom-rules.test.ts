import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileCustomRules } from './custom-rules.ts'

const detector = { function: 'rare', by_field_name: 'process.name', partition_field_name: 'host.name' }
const filters = new Map([
  ['safe', ['curl', 'apt*', '*-agent', '*backup*', '__proto__']],
  ['hosts', ['build-1']],
])

function verdict(custom_rules: object[], by: string, partition = 'web-1', start = 3_600_000) {
  return compileCustomRules({ ...detector, custom_rules }, filters)({ by, partition, start })
}

test('a filter list holds by value or by an open end', () => {
  const rules = [{ actions: ['skip_result'], scope: { 'process.name': { filter_id: 'safe', filter_type: 'include' } } }]
  for (const by of ['curl', 'apt-get', 'node-agent', 'my-backup-2', '__proto__'])
    assert.ok(verdict(rules, by).skipResult, by)
  for (const by of ['curl2', 'Curl', 'xapt', 'agent-x', 'toString']) assert.ok(!verdict(rules, by).skipResult, by)
})

test('an excluding scope holds for what is not on the list', () => {
  const rules = [{ scope: { 'process.name': { filter_id: 'safe', filter_type: 'exclude' } } }]
  assert.deepEqual(verdict(rules, 'nc'), { skipResult: true, skipModelUpdate: false })
  assert.deepEqual(verdict(rules, 'curl'), { skipResult: false, skipModelUpdate: false })
})

test('scopes and conditions of a rule must all hold, rules act alone', () => {
  const rules = [
    {
      actions: ['skip_model_update'],
      scope: { 'host.name': { filter_id: 'hosts' } },
      conditions: [{ applies_to: 'time', operator: 'gte', value: 3600 }],
    },
    { actions: ['skip_result'], conditions: [{ applies_to: 'time', operator: 'lt', value: 100 }] },
  ]
  assert.deepEqual(verdict(rules, 'nc', 'build-1'), { skipResult: false, skipModelUpdate: true })
  assert.deepEqual(verdict(rules, 'nc', 'build-1', 0), { skipResult: true, skipModelUpdate: false })
  assert.deepEqual(verdict(rules, 'nc', 'web-1'), { skipResult: false, skipModelUpdate: false })
})

test('where no lists are handed in, the error says that they are not read, not that one is missing among them', () => {
  const custom_rules = [{ scope: { 'process.name': { filter_id: 'safe' } } }]
  assert.throws(() => compileCustomRules({ ...detector, custom_rules }, new Map()), {
    code: 'JOB_FILTER_UNKNOWN',
    hint: /^This version reads no filter lists: remove the scope/,
  })
})

test('a list that does not exist, a foreign field and a condition on a value are refused', () => {
  const table: [object, string][] = [
    [{ scope: { 'process.name': { filter_id: 'none' } } }, 'JOB_FILTER_UNKNOWN'],
    [{ scope: { 'user.name': { filter_id: 'safe' } } }, 'JOB_RULE_UNREADABLE'],
    [{ conditions: [{ applies_to: 'actual', operator: 'gt', value: 1 }] }, 'JOB_RULE_UNREADABLE'],
    [{ conditions: [{ applies_to: 'time', operator: 'equals', value: 1 }] }, 'JOB_RULE_UNREADABLE'],
  ]
  for (const [rule, code] of table)
    assert.throws(
      () => verdict([rule], 'nc'),
      (error: { code?: string }) => error.code === code,
      code,
    )
})
