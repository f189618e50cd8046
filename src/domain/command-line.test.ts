import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { splitCommandLine } from './command-line.ts'

/** Expected values: what POSIX sh makes of the line (XCU §2.2), where it would take the line at all. */
const TABLE: readonly { given: string; expect: readonly string[]; why: string }[] = [
  { given: 'python3 x.py', expect: ['python3', 'x.py'], why: 'blanks divide' },
  { given: '  a\t b\n', expect: ['a', 'b'], why: 'any blanks' },
  { given: '', expect: [], why: 'nothing' },
  { given: `a 'b c' d`, expect: ['a', 'b c', 'd'], why: 'single quotes' },
  { given: `a "b c" d`, expect: ['a', 'b c', 'd'], why: 'double quotes' },
  { given: `--name='b c'd`, expect: ['--name=b cd'], why: 'quotes inside a word' },
  { given: `a '' b`, expect: ['a', '', 'b'], why: 'an empty argument' },
  { given: String.raw`a\ b`, expect: ['a b'], why: 'a backslash keeps a blank' },
  { given: String.raw`"a\"b" 'a\b'`, expect: ['a"b', String.raw`a\b`], why: 'a backslash inside quotes' },
  { given: String.raw`"C:\new"`, expect: [String.raw`C:\new`], why: 'a backslash before another letter stays' },
  { given: `sh -c 'it`, expect: ['sh', '-c', 'it'], why: 'a quote that never ends' },
  { given: 'a\\', expect: ['a\\'], why: 'a backslash at the end' },
]

for (const { given, expect, why } of TABLE) {
  test(`the command line ${JSON.stringify(given)} is split as a shell would: ${why}`, () => {
    assert.deepEqual(splitCommandLine(given), expect)
  })
}

test('arguments in single quotes come back as they were', () => {
  const argument = fc.string({ unit: 'binary' }).map((text) => text.replaceAll("'", ''))
  fc.assert(
    fc.property(fc.array(argument), (args) => {
      assert.deepEqual(splitCommandLine(args.map((arg) => `'${arg}'`).join(' ')), args)
    }),
  )
})

test('no text makes splitting throw', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (line) => void splitCommandLine(line)))
})
