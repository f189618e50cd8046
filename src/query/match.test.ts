import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { and, equals, exists, fieldsOf, not, or, type Query } from './ast.ts'
import { compile, matches } from './match.ts'

const event = {
  '@timestamp': '2026-03-02T10:00:00.000Z',
  event: { category: ['network'], type: ['connection', 'start'], ingested: '2026-03-02T10:00:05Z' },
  'process.name': 'Curl',
  process: { pid: 4242, args: ['curl', '-s'], command_line: 'curl -s https://Example.org/Path' },
  destination: { ip: '0:0:0:0:0:0:0:1', port: '443' },
  host: { ip: ['10.1.2.3', 'fe80::1'] },
  message: 'Failed password for root from 203.0.113.9',
  flag: true,
  empty: [],
  nothing: null,
}

const CASES: readonly { query: Query; expect: boolean; why: string }[] = [
  { query: { kind: 'all' }, expect: true, why: 'all holds' },
  { query: { kind: 'none' }, expect: false, why: 'none does not' },
  { query: equals('event.type', 'start'), expect: true, why: 'any value of an array matches' },
  { query: equals('event.type', 'end', 'start'), expect: true, why: 'any of the values is enough' },
  { query: equals('event.type', 'star'), expect: false, why: 'a part of the value is not the value' },
  { query: equals('process.name', 'curl'), expect: false, why: 'case counts' },
  {
    query: { kind: 'equals', field: 'process.name', values: ['cURL'], ignoreCase: true },
    expect: true,
    why: 'unless it is told not to',
  },
  { query: equals('process.pid', '4242'), expect: true, why: 'a number equals its text' },
  { query: equals('destination.port', 443), expect: true, why: 'a text equals its number' },
  { query: equals('flag', 'true'), expect: true, why: 'so does true' },
  { query: equals('user.name', 'root'), expect: false, why: 'a missing field never matches' },
  { query: not(equals('user.name', 'root')), expect: true, why: 'so its negation holds' },
  { query: exists('empty'), expect: false, why: 'an empty list is no value' },
  { query: exists('nothing'), expect: false, why: 'null is no value' },
  { query: exists('process.args'), expect: true, why: 'a list of values is one' },
  { query: exists('process'), expect: false, why: 'an object is not' },
  { query: equals('destination.ip', '::1'), expect: true, why: 'addresses compare as addresses' },
  { query: equals('destination.ip', '::ffff:0.0.0.1'), expect: false, why: 'and exactly' },
  { query: equals('host.ip', '10.0.0.0/8'), expect: true, why: 'a range on an address field' },
  { query: equals('host.ip', '10.2.0.0/16'), expect: false, why: 'another range' },
  { query: equals('host.ip', 'fe80::/10'), expect: true, why: 'a range of IPv6' },
  { query: equals('host.ip', '::/0'), expect: true, why: 'all of IPv6' },
  { query: not(equals('destination.ip', '0.0.0.0/0')), expect: true, why: 'families do not mix' },
  { query: equals('destination.ip', '::1/nonsense'), expect: false, why: 'what is no range is a value' },
  {
    query: { kind: 'match', field: 'message', text: 'FAILED login' },
    expect: true,
    why: 'one word of a text is enough, without case',
  },
  { query: { kind: 'match', field: 'message', text: 'fail' }, expect: false, why: 'a part of a word is no word' },
  {
    query: { kind: 'match', field: 'process.name', text: 'Curl other' },
    expect: false,
    why: 'a keyword is one value, not words',
  },
  {
    query: { kind: 'match', field: 'process.command_line.text', text: 'example.org' },
    expect: true,
    why: 'a .text field shows the words of its parent',
  },
  { query: { kind: 'phrase', field: 'message', text: 'password for ROOT' }, expect: true, why: 'words in a row' },
  { query: { kind: 'phrase', field: 'message', text: 'password root' }, expect: false, why: 'a gap breaks a phrase' },
  {
    query: { kind: 'phrase', field: 'event.type', text: 'start' },
    expect: true,
    why: 'a phrase on a keyword is the value',
  },
  { query: { kind: 'range', field: 'process.pid', gte: 4242, lt: 4243 }, expect: true, why: 'numbers in a range' },
  {
    query: { kind: 'range', field: 'destination.port', gt: 80, lte: 443 },
    expect: true,
    why: 'a number that is written as a text',
  },
  { query: { kind: 'range', field: 'process.name', gt: 5 }, expect: false, why: 'a name is no number' },
  { query: { kind: 'range', field: 'process.name', gte: 'C', lt: 'D' }, expect: true, why: 'texts in their own order' },
  {
    query: { kind: 'range', field: '@timestamp', gte: '2026-03-02T11:00:00+01:00' },
    expect: true,
    why: 'times in any zone',
  },
  {
    query: { kind: 'range', field: '@timestamp', lt: '2026-03-02T10:00:00Z' },
    expect: false,
    why: 'a bound that is left out',
  },
  {
    query: { kind: 'range', field: 'host.ip', gte: '10.1.2.0', lte: '10.1.2.9' },
    expect: true,
    why: 'addresses in their order',
  },
  {
    query: { kind: 'range', field: 'host.ip', gte: '9.255.255.255', lte: '10.0.0.0' },
    expect: false,
    why: 'which is not that of their texts',
  },
  { query: { kind: 'wildcard', field: 'process.name', pattern: 'C*l' }, expect: true, why: 'any run of characters' },
  { query: { kind: 'wildcard', field: 'process.name', pattern: 'c*' }, expect: false, why: 'case counts in patterns' },
  { query: { kind: 'wildcard', field: 'process.name', pattern: 'C?r?' }, expect: true, why: 'one character each' },
  { query: { kind: 'prefix', field: 'process.command_line', prefix: 'curl -' }, expect: true, why: 'a beginning' },
  {
    query: { kind: 'or', of: [exists('flag'), exists('x'), exists('message')], atLeast: 2 },
    expect: true,
    why: 'two of three',
  },
  {
    query: { kind: 'or', of: [exists('flag'), exists('x'), exists('y')], atLeast: 2 },
    expect: false,
    why: 'one of three is not two',
  },
  { query: equals('__proto__', 'x'), expect: false, why: 'no prototype is followed' },
  { query: exists('constructor.name'), expect: false, why: 'not even by a path' },
]

test('a query holds for an event exactly as Elasticsearch would have it', () => {
  for (const { query, expect, why } of CASES)
    assert.equal(matches(query, event), expect, `${why}: ${JSON.stringify(query)}`)
})

test('a field called __proto__ is a field like any other', () => {
  const hostile = JSON.parse('{"__proto__": {"name": "x"}, "process": {"__proto__": "y"}}')
  assert.equal(matches(equals('__proto__.name', 'x'), hostile), true)
  assert.equal(matches(equals('process.__proto__', 'y'), hostile), true)
})

test('fieldsOf names each field once, in the order of first mention', () => {
  const query = and(equals('b', 1), not(or(exists('a'), equals('b', 2))), { kind: 'all' })
  assert.deepEqual(fieldsOf(query), ['b', 'a'])
})

/** Written apart from `match.ts`, for flat events of plain texts only: one switch, no compilation. */
function naive(query: Query, flat: ReadonlyMap<string, readonly string[]>): boolean {
  const of = 'field' in query ? (flat.get(query.field) ?? []) : []
  switch (query.kind) {
    case 'all':
      return true
    case 'none':
      return false
    case 'and':
      return query.of.filter((part) => naive(part, flat)).length === query.of.length
    case 'or':
      return query.of.filter((part) => naive(part, flat)).length >= (query.atLeast ?? 1)
    case 'not':
      return !naive(query.of, flat)
    case 'equals':
      return query.values.some((value) => of.includes(`${value}`))
    case 'match':
    case 'phrase':
      return of.includes(`${query.text}`)
    case 'exists':
      return of.length > 0
    case 'prefix':
      return of.some((value) => value.indexOf(query.prefix) === 0)
    case 'wildcard':
      return of.some((value) => new RegExp(`^${query.pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(value))
    case 'range':
      return of.some(
        (value) => (query.gte === undefined || value >= query.gte) && (query.lt === undefined || value < query.lt),
      )
  }
}

const field = fc.constantFrom('a', 'b.c', '__proto__')
const value = fc.string({ unit: fc.constantFrom('x', 'y', 'Z'), maxLength: 3 })
const leaf: fc.Arbitrary<Query> = fc.oneof(
  fc.constantFrom<Query>({ kind: 'all' }, { kind: 'none' }),
  fc.record({ kind: fc.constant('equals' as const), field, values: fc.array(value, { maxLength: 3 }) }),
  fc.record({ kind: fc.constantFrom('match' as const, 'phrase' as const), field, text: value }),
  fc.record({ kind: fc.constant('exists' as const), field }),
  fc.record({ kind: fc.constant('prefix' as const), field, prefix: value }),
  fc.record({
    kind: fc.constant('wildcard' as const),
    field,
    pattern: fc.string({ unit: fc.constantFrom('x', 'y', '*', '?'), maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant('range' as const), field, gte: value, lt: value }),
)
const { query: anyQuery } = fc.letrec<{ query: Query }>((tie) => ({
  query: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.record({ kind: fc.constant('and' as const), of: fc.array(tie('query'), { maxLength: 3 }) }),
    fc.record({
      kind: fc.constant('or' as const),
      of: fc.array(tie('query'), { maxLength: 3 }),
      atLeast: fc.integer({ min: 1, max: 3 }),
    }),
    fc.record({ kind: fc.constant('not' as const), of: tie('query') }),
  ),
}))
const flatEvent = fc
  .array(fc.tuple(field, fc.array(value, { maxLength: 2 })), { maxLength: 3 })
  .map((entries) => new Map(entries))

test('a compiled query answers as a naive evaluator that was written apart from it', () => {
  fc.assert(
    fc.property(anyQuery, flatEvent, (query, flat) => {
      assert.equal(compile(query)(Object.fromEntries(flat)), naive(query, flat))
    }),
    { numRuns: 2000 },
  )
})
