import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '../../domain/error.ts'
import { plain, positionOf } from './located.ts'
import { parseToml } from './toml.ts'

const TEXT = `a = 1
"b c" = 'x'
[rule]
  name = "odd" # a comment
  list = [1, { two = 2.5 }]
  inner.deep = true
[[rule.threat]]
id = "first"
[[rule.threat]]
id = "second"
[rule.threat.tactic]
day = 2026-03-02
[__proto__]
polluted = "yes"
`

test('tables, lists of tables, dotted keys and inline tables come out as they are nested', () => {
  const expect = {
    a: 1,
    'b c': 'x',
    rule: {
      name: 'odd',
      list: [1, { two: 2.5 }],
      inner: { deep: true },
      threat: [{ id: 'first' }, { id: 'second', tactic: { day: '2026-03-02T00:00:00.000Z' } }],
    },
  }
  assert.deepEqual(
    JSON.stringify(plain(parseToml(TEXT, 'x.toml'))),
    JSON.stringify({ ...expect, ...JSON.parse('{"__proto__":{"polluted":"yes"}}') }),
  )
})

test('each value knows its line and column, counted from 1', () => {
  const top = parseToml(TEXT, 'x.toml')
  const cases: readonly [path: (string | number)[], line: number, column: number][] = [
    [['a'], 1, 5],
    [['b c'], 2, 9],
    [['rule', 'name'], 4, 10],
    [['rule', 'list', 1, 'two'], 5, 22],
    [['rule', 'inner', 'deep'], 6, 16],
    [['rule', 'threat', 1, 'id'], 10, 6],
    [['rule', 'threat', 1, 'missing'], 9, 1],
    [['rule', 'missing', 'more'], 3, 1],
    [['__proto__', 'polluted'], 14, 12],
  ]
  for (const [path, line, column] of cases) assert.deepEqual(positionOf(top, path), { line, column }, path.join('.'))
})

test('a key __proto__ sets no prototype', () => {
  const value = plain(parseToml(TEXT, 'x.toml')) as object
  assert.equal(Object.getPrototypeOf(value), Object.prototype)
  assert.equal('polluted' in value, false)
  assert.equal(Object.hasOwn(value, '__proto__'), true)
})

test('what is no TOML is an error with file, line and column', () => {
  for (const [text, where] of [
    ['a = 1\nb = "open\n', /^x\.toml:2:/],
    ['a = 1\na = 2\n', /^x\.toml:2:/],
    ['[x', /^x\.toml:1:/],
  ] as const)
    assert.throws(
      () => parseToml(text, 'x.toml'),
      (error) => error instanceof AppError && error.code === 'FILE_UNREADABLE' && where.test(error.where ?? ''),
      text,
    )
})
