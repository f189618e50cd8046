import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { AppError } from '../domain/error.ts'
import { ALL, and, equals, exists, NONE, not, or, type Query } from './ast.ts'
import { parseKql } from './kql.ts'
import { matches } from './match.ts'
import { printKql } from './print.ts'

const is = (field: string, text: string): Query => ({ kind: 'match', field, text })
const phrase = (field: string, text: string): Query => ({ kind: 'phrase', field, text })
const like = (field: string, pattern: string): Query => ({ kind: 'wildcard', field, pattern })

const CASES: readonly [given: string, expect: Query, why: string][] = [
  ['', ALL, 'nothing asks for nothing'],
  ['  ', ALL, 'nor do spaces'],
  ['*', ALL, 'a star alone'],
  ['*:*', ALL, 'a star in any field'],
  ['a: b', is('a', 'b'), 'a value'],
  ['a:b', is('a', 'b'), 'without space'],
  [' a  :\n b ', is('a', 'b'), 'with much space'],
  ['a: b c', is('a', 'b c'), 'a value of two words'],
  ['a: "b c"', phrase('a', 'b c'), 'a phrase'],
  ['a: "b \\"c\\" \\\\"', phrase('a', 'b "c" \\'), 'escapes in quotation marks'],
  ['a: "C:\\Windows"', phrase('a', 'C:\\Windows'), 'a backslash in them may stand for itself'],
  ['a: "x*"', phrase('a', 'x*'), 'a star in them is a star'],
  ['a: x*', like('a', 'x*'), 'a pattern'],
  ['a: x?*', like('a', 'x\\?*'), 'a question mark is no sign of a pattern'],
  ['a: x\\*', is('a', 'x*'), 'an escaped star is a star'],
  ['a: *', exists('a'), 'a star as the value: it exists'],
  ['a: \\:\\)', is('a', ':)'), 'escaped signs'],
  ['a: \\and', is('a', 'and'), 'an escaped keyword'],
  ['a: \\u0041\\t', is('a', 'A\t'), 'escaped characters'],
  ['a: android', is('a', 'android'), 'a word that begins like a keyword'],
  ['a: nothing or b: order', or(is('a', 'nothing'), is('b', 'order')), 'more of them'],
  ['"a b": c', is('a b', 'c'), 'a field in quotation marks'],
  ['a: 1 and b: 2', and(is('a', '1'), is('b', '2')), 'and'],
  ['a: 1 AND b: 2', and(is('a', '1'), is('b', '2')), 'keywords in capitals'],
  ['a: 1 or b: 2 and c: 3', or(is('a', '1'), and(is('b', '2'), is('c', '3'))), 'and binds closer than or'],
  ['(a: 1 or b: 2) and c: 3', and(or(is('a', '1'), is('b', '2')), is('c', '3')), 'parentheses'],
  ['not a: 1 and b: 2', and(not(is('a', '1')), is('b', '2')), 'not binds closest'],
  ['not (a: 1 and b: 2)', not(and(is('a', '1'), is('b', '2'))), 'not of parentheses'],
  ['not not a: 1', not(not(is('a', '1'))), 'not not'],
  ['a: (1 or "2 3" or x*)', or(is('a', '1'), phrase('a', '2 3'), like('a', 'x*')), 'a list of values'],
  ['a: (1 and not 2)', and(is('a', '1'), not(is('a', '2'))), 'a list with and, not'],
  ['a: ((1 or 2) and 3)', and(or(is('a', '1'), is('a', '2')), is('a', '3')), 'lists in lists'],
  ['a: (b c)', is('a', 'b c'), 'a list of one'],
  ['a >= 5', { kind: 'range', field: 'a', gte: 5 }, 'a range'],
  ['a<5', { kind: 'range', field: 'a', lt: 5 }, 'another'],
  ['a > -1.5', { kind: 'range', field: 'a', gt: -1.5 }, 'a negative bound'],
  [
    '@timestamp <= "2026-03-02T10:00:00Z"',
    { kind: 'range', field: '@timestamp', lte: '2026-03-02T10:00:00Z' },
    'a time',
  ],
  ['destination.ip: 10.0.0.0/8', is('destination.ip', '10.0.0.0/8'), 'a range of addresses'],
  ['__proto__: x', is('__proto__', 'x'), 'a field called __proto__'],
]

test('a query reads as the language is documented', () => {
  for (const [given, expect, why] of CASES) assert.deepEqual(parseKql(given), expect, `${why}: ${given}`)
})

const ERRORS: readonly [given: string, column: number, says: RegExp][] = [
  ['a:', 3, /expected a value, found the end/],
  ['a: and', 4, /expected a value, found "and"/],
  ['and a: 1', 1, /expected a field, found "and"/],
  ['a: 1 and', 9, /expected a field, found the end/],
  ['a: 1 or or b: 2', 9, /found "or"/],
  ['a: 1 not b: 2', 6, /expected "and", "or" or the end, found "not"/],
  ['(a: 1', 6, /expected "\)", found the end/],
  ['a: 1)', 5, /expected "and", "or" or the end, found "\)"/],
  ['a: (1 or )', 10, /expected a value, found "\)"/],
  ['a: "open', 4, /not closed/],
  ['curl', 1, /"curl" names no field/],
  ['a: 1 and "curl wget"', 10, /"curl wget" names no field/],
  ['proc*: x', 1, /wildcards in field names/],
  ['*: x', 1, /any field/],
  ['a: { b: 1 }', 4, /nested fields/],
  ['a >= now-1d', 6, /date math "now-1d"/],
  ['a > x*', 5, /wildcards/],
  ['a: ::1', 4, /expected a value, found ":"/],
  ['a: b\\c', 5, /escapes nothing/],
  [`${'('.repeat(5000)}a: 1`, 102, /nest more than/],
  [`${'not '.repeat(5000)}a: 1`, 405, /nests more than/],
]

test('what cannot be read is named, with its column', () => {
  for (const [given, column, says] of ERRORS)
    assert.throws(
      () => parseKql(given),
      (error) => {
        assert.ok(error instanceof AppError, String(error))
        assert.match(error.message, says, given.slice(0, 40))
        assert.equal(error.where, `column ${column}`, given.slice(0, 40))
        return true
      },
    )
})

test('no text makes the reader throw anything but an AppError', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', ' ', ':', '(', ')', '"', '\\', '*', '<', '=', 'or', 'and ', 'not ', '{', 'u00'),
  })
  fc.assert(
    fc.property(text, (text) => {
      try {
        parseKql(text)
      } catch (error) {
        assert.ok(error instanceof AppError, String(error))
      }
    }),
    { numRuns: 3000 },
  )
})

const letters = ['a', 'b', ' ', ':', '(', '"', '\\', '*', '?', 'or', 'and', ' not ', '.', '\t', '😀']
const anyText = fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 5 })
const field = fc.oneof(fc.constantFrom('a', 'b.c', 'destination.ip', 'message'), anyText)
const bounded = fc.tuple(fc.constantFrom('gt', 'gte', 'lt', 'lte'), fc.oneof(fc.integer(), anyText))

/** `deepEqual` tells an object without a prototype from one with. */
const PLAIN = { noNullPrototype: true } as const

/** What the parser makes, and nothing else. */
const spoken: fc.Arbitrary<Query> = fc.oneof(
  fc.record({ kind: fc.constant('match' as const), field, text: anyText }, PLAIN),
  fc.record({ kind: fc.constant('phrase' as const), field, text: fc.oneof(anyText, fc.constant('')) }, PLAIN),
  fc.record({ kind: fc.constant('exists' as const), field }, PLAIN),
  fc.tuple(field, bounded).map(([field, [name, bound]]) => ({ kind: 'range', field, [name]: bound }) as Query),
)
function trees(leaf: fc.Arbitrary<Query>): fc.Arbitrary<Query> {
  return fc.letrec<{ query: Query }>((tie) => ({
    query: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.array(tie('query'), { minLength: 2, maxLength: 3 }).map((of) => and(...of)),
      fc.array(tie('query'), { minLength: 2, maxLength: 3 }).map((of) => or(...of)),
      tie('query').map(not),
    ),
  })).query
}

test('a query that was read is the same when it is printed and read again', () => {
  fc.assert(
    fc.property(trees(spoken), (query) => assert.deepEqual(parseKql(printKql(query)), query)),
    { numRuns: 2000 },
  )
})

const value = fc.constantFrom('x', 'y', 'xy', 'or', '*', 'x?')
const pattern = fc.string({ unit: fc.constantFrom('x', 'y', '*', '\\*', '\\?', 'or'), maxLength: 4 })
const unspoken: fc.Arbitrary<Query> = fc.oneof(
  fc.constantFrom(ALL, NONE, and(), equals('a')),
  fc.array(value, { maxLength: 3 }).map((values) => equals('a', ...values)),
  pattern.map((text) => like('a', text)),
  value.map((prefix): Query => ({ kind: 'prefix', field: 'a', prefix })),
  fc
    .tuple(
      fc.array(
        value.map((one) => equals('a', one)),
        { maxLength: 4 },
      ),
      fc.integer({ min: 0, max: 5 }),
    )
    .map(([of, atLeast]): Query => ({ kind: 'or', of, atLeast })),
)

test('any query that can be printed holds for the same events when it is read again', () => {
  const event = fc.array(value, { maxLength: 3 }).map((a) => ({ a }))
  fc.assert(
    fc.property(trees(unspoken), event, (query, event) => {
      const printed = printKql(query)
      assert.equal(matches(parseKql(printed), event), matches(query, event), printed)
    }),
    { numRuns: 3000 },
  )
})

test('what the language cannot say is refused, not bent', () => {
  const refused: readonly Query[] = [
    { kind: 'equals', field: 'a', values: ['x'], ignoreCase: true },
    { kind: 'wildcard', field: 'a', pattern: 'x?' },
    { kind: 'or', of: Array.from({ length: 30 }, (_, i) => exists(`f${i}`)), atLeast: 15 },
  ]
  for (const query of refused) assert.throws(() => printKql(query), { code: 'QUERY_NOT_IN_KQL' })
})
