import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Rule } from '../domain/rule.ts'
import { exceptionsFor, type RulesAndItems, unnamedLists } from './exception-lists.ts'
import { readNdjson } from './read/ndjson.ts'

/** A line of an export: a rule that names these lists. */
function ruleLine(id: string, lists: readonly string[], more: object = {}): string {
  const reference = (list_id: string) => ({ id: '1', list_id, type: 'rule_default', namespace_type: 'single' })
  const grade = { severity: 'low', risk_score: 1, description: '' }
  return JSON.stringify({
    ...{ rule_id: id, name: id, type: 'machine_learning', machine_learning_job_id: 'a', anomaly_threshold: 50 },
    ...grade,
    exceptions_list: lists.map(reference),
    ...more,
  })
}

function itemLine(id: string, list_id: string): string {
  const entry = { field: 'user.name', operator: 'included', type: 'match', value: 'x' }
  return JSON.stringify({ list_id, item_id: id, entries: [entry] })
}

function exported(...lines: readonly string[]): RulesAndItems {
  return readNdjson(lines.join('\n'), 'export.ndjson')
}

/** Ids of the items that hold for each rule. */
function held(files: readonly RulesAndItems[], rules: readonly Rule[] = files.flatMap((file) => file.rules)) {
  return rules.map((rule) => [rule.rule_id, exceptionsFor(rule, files).map(({ item_id }) => item_id)])
}

test('the items of a list hold for the rules that name it, and for no other', () => {
  const files = [
    exported(
      ruleLine('one', []),
      ruleLine('two', ['of-two', 'shared']),
      ruleLine('three', ['shared']),
      itemLine('i1', 'of-two'),
      itemLine('i2', 'shared'),
    ),
  ]
  assert.deepEqual(held(files), [
    ['one', []],
    ['two', ['i1', 'i2']],
    ['three', ['i2']],
  ])
  assert.deepEqual(unnamedLists(files), [])
})

test('items of a file whose rules name no list hold for every rule of all files', () => {
  const files = [exported(itemLine('plain', 'known-jobs')), exported(ruleLine('one', ['l']), itemLine('i', 'l'))]
  const [other] = exported(ruleLine('other', [])).rules
  assert.deepEqual(held(files, [...files[1]!.rules, other!]), [
    ['one', ['plain', 'i']],
    ['other', ['plain']],
  ])
  assert.deepEqual(held([exported(ruleLine('two', []), itemLine('i', 'l'))]), [['two', ['i']]])
})

test('a rule that cannot be read keeps its items to itself all the same', () => {
  const files = [exported(ruleLine('broken', ['l'], { severity: 'loud' }), ruleLine('one', []), itemLine('i', 'l'))]
  assert.deepEqual(held(files), [['one', []]])
  assert.deepEqual(unnamedLists(files), ['l'])
})

test('a list that no rule names is told; a rule of another file may name it', () => {
  const file = exported(ruleLine('one', ['l']), itemLine('i', 'l'), itemLine('j', 'gone'), itemLine('k', 'gone'))
  assert.deepEqual(unnamedLists([file]), ['gone'])
  const both = [file, exported(ruleLine('two', ['gone']))]
  assert.deepEqual(unnamedLists(both), [])
  assert.deepEqual(held(both), [
    ['one', ['i']],
    ['two', ['j', 'k']],
  ])
})

test('a list for endpoints takes nothing from the rules that pass it on', () => {
  const reference = { id: 'endpoint_list', list_id: 'endpoint_list', type: 'endpoint', namespace_type: 'agnostic' }
  const files = [exported(ruleLine('one', [], { exceptions_list: [reference] }), itemLine('i', 'endpoint_list'))]
  assert.deepEqual(held(files), [['one', []]])
  assert.deepEqual(unnamedLists(files), [])
})
