import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ExceptionEntry, ExceptionItem } from '../domain/exception.ts'
import type { Observation } from '../domain/observation.ts'
import { compileExceptions, fieldsOfExceptions, missingLists } from './exceptions.ts'

const FIELDS = ['host.name', 'user.name', 'destination.ip', 'process.name']
const NOW = 1_772_000_000_000

function row(...values: (string | null)[]): Observation {
  return { values, count: 1, first: 0, last: 0, events: [] }
}

function item(...entries: ExceptionEntry[]): ExceptionItem {
  return { item_id: 'i', name: 'n', entries }
}

const web = row('web-1', 'www-data', '203.0.113.9', 'curl')
const match = (field: string, value: string): ExceptionEntry => ({ type: 'match', field, operator: 'included', value })

const CASES: readonly { items: readonly ExceptionItem[]; row?: Observation; out: boolean; why: string }[] = [
  { items: [], out: false, why: 'no item takes nothing out' },
  { items: [item()], out: false, why: 'an item without entries takes nothing out' },
  { items: [item(match('process.name', 'curl'))], out: true, why: 'match' },
  { items: [item(match('process.name', 'Curl'))], out: false, why: 'case counts' },
  {
    items: [item(match('process.name', 'curl'), match('host.name', 'web-2'))],
    out: false,
    why: 'all entries must hold',
  },
  {
    items: [item(match('process.name', 'x')), item(match('host.name', 'web-1'))],
    out: true,
    why: 'one item is enough',
  },
  { items: [item({ ...match('process.name', 'curl'), operator: 'excluded' })], out: false, why: 'is not' },
  { items: [item({ ...match('process.name', 'wget'), operator: 'excluded' })], out: true, why: 'is not another' },
  {
    items: [item({ ...match('process.parent.name', 'x'), operator: 'excluded' })],
    out: true,
    why: 'is not, of a missing field',
  },
  {
    items: [item({ type: 'match_any', field: 'user.name', operator: 'included', value: ['root', 'www-data'] })],
    out: true,
    why: 'is one of',
  },
  { items: [item({ type: 'exists', field: 'user.name', operator: 'included' })], out: true, why: 'exists' },
  { items: [item({ type: 'exists', field: 'user.name', operator: 'excluded' })], out: false, why: 'does not exist' },
  {
    items: [item({ type: 'exists', field: 'user.name', operator: 'excluded' })],
    row: row('web-1', null, null, 'curl'),
    out: true,
    why: 'null is no value',
  },
  {
    items: [item({ type: 'wildcard', field: 'host.name', operator: 'included', value: 'web-*' })],
    out: true,
    why: 'wildcard',
  },
  { items: [item(match('destination.ip', '203.0.113.0/24'))], out: true, why: 'a range of addresses' },
  { items: [item(match('destination.ip', '203.0.112.0/24'))], out: false, why: 'another range' },
  {
    items: [item(match('destination.ip', '10.0.0.1'))],
    row: row('web-1', null, '203.0.113.9,10.0.0.1', 'curl'),
    out: true,
    why: 'addresses joined by a comma are several',
  },
  {
    items: [item(match('process.name', 'backup'))],
    row: row('web-1', null, null, 'a,backup'),
    out: false,
    why: 'a name with a comma is not the name behind the comma',
  },
  {
    items: [item({ type: 'wildcard', field: 'process.name', operator: 'included', value: '/usr/bin/*' })],
    row: row('web-1', null, null, '/tmp/a,/usr/bin/backup'),
    out: false,
    why: 'nor is a path',
  },
  {
    items: [item({ ...match('user.name', 'root'), operator: 'excluded' })],
    row: row('web-1', 'ann,root', null, 'curl'),
    out: false,
    why: 'is not: one of several values is, as far as can be told',
  },
  {
    items: [item(match('process.name', 'a,b'))],
    row: row('web-1', null, null, 'a,b'),
    out: true,
    why: 'and still one, if one is named so',
  },
  { items: [{ ...item(match('process.name', 'curl')), expire_time: NOW }], out: false, why: 'expired at this moment' },
  { items: [{ ...item(match('process.name', 'curl')), expire_time: NOW + 1 }], out: true, why: 'expires in a moment' },
  { items: [item(list('process.name', 'tools'))], out: true, why: 'a value list' },
  { items: [item(list('destination.ip', 'nets', 'ip_range'))], out: true, why: 'a list of ranges' },
  {
    items: [item(list('destination.ip', 'nets', 'ip_range'))],
    row: row('web-1', null, '10.0.0.7', 'curl'),
    out: true,
    why: 'a range from one address to another',
  },
  {
    items: [item(list('destination.ip', 'nets', 'ip_range'))],
    row: row('web-1', null, '10.0.0.10', 'curl'),
    out: false,
    why: 'beyond it',
  },
  { items: [item(list('process.name', 'gone'))], out: false, why: 'a list that is not there' },
  {
    items: [item({ ...list('process.name', 'gone'), operator: 'excluded' })],
    out: false,
    why: 'not even when it is negated: what is unknown must not hide anything',
  },
]

function list(field: string, id: string, type = 'keyword'): ExceptionEntry {
  return { type: 'list', field, operator: 'included', list: { id, type } }
}

const LISTS = new Map([
  ['tools', ['nc', 'curl']],
  ['nets', ['203.0.113.0/25', '10.0.0.5 - 10.0.0.9']],
])

test('an exception takes out the rows that it describes', () => {
  for (const { items, out, why, row = web } of CASES)
    assert.equal(compileExceptions(items, FIELDS, LISTS, NOW)(row), out, why)
})

test('the fields of exceptions are named once each', () => {
  const items = [item(match('process.parent.name', 'x'), match('host.name', 'y')), item(match('host.name', 'z'))]
  assert.deepEqual(fieldsOfExceptions(items), ['process.parent.name', 'host.name'])
})

test('a list that is asked for and not there is named', () => {
  assert.deepEqual(missingLists([item(list('a', 'gone')), item(list('a', 'tools'))], LISTS), ['gone'])
})

/** Written apart from `exceptions.ts`: straight from the meaning of each entry, for plain values. */
function naive(items: readonly ExceptionItem[], fields: readonly string[], { values }: Observation): boolean {
  return items.some(
    ({ entries }) =>
      entries.length > 0 &&
      entries.every((entry) => {
        const cell = values[fields.indexOf(entry.field)] ?? null
        const isCut = entry.field === 'ip' || entry.operator === 'excluded'
        const parts = cell === null ? [] : isCut ? [cell, ...cell.split(',')] : [cell]
        const found = parts.some((part) => {
          if (entry.type === 'match') return part === entry.value
          if (entry.type === 'match_any') return entry.value.includes(part)
          if (entry.type === 'wildcard') return new RegExp(`^${entry.value.split('*').join('.*')}$`).test(part)
          return true
        })
        return entry.operator === 'included' ? found : !found
      }),
  )
}

const text = fc.string({ unit: fc.constantFrom('a', 'b', ','), maxLength: 3 })
const field = fc.constantFrom('ip', '__proto__', 'missing')
const operator = fc.constantFrom('included' as const, 'excluded' as const)
const entry: fc.Arbitrary<ExceptionEntry> = fc.oneof(
  fc.record({ type: fc.constant('match' as const), field, operator, value: text }),
  fc.record({ type: fc.constant('match_any' as const), field, operator, value: fc.array(text, { maxLength: 2 }) }),
  fc.record({ type: fc.constant('exists' as const), field, operator }),
  fc.record({
    type: fc.constant('wildcard' as const),
    field,
    operator,
    value: fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 3 }),
  }),
)

test('exceptions judge as a naive evaluator that was written apart from them', () => {
  const items = fc.array(
    fc.array(entry, { maxLength: 3 }).map((entries) => item(...entries)),
    { maxLength: 3 },
  )
  const rows = fc.tuple(fc.option(text), fc.option(text)).map((cells) => row(...cells))
  fc.assert(
    fc.property(items, rows, (items, row) => {
      const fields = ['ip', '__proto__']
      assert.equal(compileExceptions(items, fields, new Map(), NOW)(row), naive(items, fields, row))
    }),
    { numRuns: 2000 },
  )
})
