import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { AppError } from '../domain/error.ts'
import { failureOf } from './failure.ts'

const SRC = new URL('../', import.meta.url)

/** The rows of the reference page: code → exit code. */
const DOCUMENTED = new Map(
  [...readFileSync(new URL('../docs/reference/errors.md', SRC), 'utf8').matchAll(/^\| `([A-Z_]+)` \| (\d) \|/gm)].map(
    ([, code, exit]) => [code!, Number(exit)],
  ),
)

/** All code that is no test. */
const SOURCES = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !/test\.ts$|contract\.ts$|\/(?:testing|contract)\//.test(file))
  .map((file) => readFileSync(new URL(file, SRC), 'utf8'))

const matches = (pattern: RegExp) =>
  SOURCES.flatMap((source) => [...source.matchAll(pattern)].map((match) => match[1]!))

/** Codes whose errors need no hint. */
const WITHOUT_HINT: ReadonlySet<string> = new Set([
  // Mistakes of ours: all that the reader can do is to report them.
  'BUG',
  'STORAGE_SHARED',
  // The message names the setting, the value found and the value wanted; CONFIG_… stands where a schema said so.
  'CONFIG_INCOMPLETE',
  'CONFIG_INVALID',
])

/** Codes of the object literals that say one and no hint. */
function codesWithoutHint(): string[] {
  return SOURCES.flatMap((source) =>
    [...source.matchAll(/\bcode: '([A-Z][A-Z_]+)'/g)]
      .filter(({ index }) => !/\bhint\b/.test(literalAround(source, index)))
      .map(([, code]) => code!),
  )
}

/** The innermost `{…}` around a place. */
function literalAround(source: string, at: number): string {
  const edge = (step: 1 | -1, opens: string, closes: string) => {
    let [i, depth] = [at, 0]
    for (; depth > 0 || source[i] !== closes; i += step) {
      if (source[i] === opens) depth++
      else if (source[i] === closes) depth--
    }
    return i
  }
  return source.slice(edge(-1, '}', '{'), edge(1, '{', '}') + 1)
}

/** Codes in full, and those that are made of a prefix and the kind of a fault. */
function codesInSource(): Set<string> {
  const prefixes = matches(/(?:check|problemOf)\(.*'([A-Z]+)'\)/g)
  const kinds = ['INCOMPLETE', 'OUT_OF_RANGE', 'INVALID']
  return new Set([
    ...matches(/code: '([A-Z][A-Z_]+)'/g),
    ...matches(/ code: ([A-Z]{3,})'/g),
    ...prefixes.flatMap((prefix) => kinds.map((kind) => `${prefix}_${kind}`)),
  ])
}

describe('every code of an error', () => {
  test('is on the reference page, and nothing else is', () => {
    assert.deepEqual([...DOCUMENTED.keys()], [...codesInSource()].sort())
  })

  test('that is put together is known to this test', () => {
    assert.equal(matches(/(code: `[^`]*`)/g).length, 2)
  })

  test('says what to do, unless there is nothing or the message has said it', () => {
    assert.deepEqual(
      codesWithoutHint().filter((code) => !WITHOUT_HINT.has(code)),
      [],
    )
    assert.deepEqual(
      [...WITHOUT_HINT].sort(),
      [...new Set(codesWithoutHint())].sort(),
      'the list has no more than it needs',
    )
  })

  for (const [code, exit] of DOCUMENTED)
    test(`ends a command as the page says: ${code} with ${exit}`, () => {
      assert.equal(failureOf(new AppError({ code, message: 'Cannot' })).exit, exit)
    })
})

describe('what is thrown', () => {
  test('by us is told in four parts, with nothing that acts on a terminal', () => {
    const error = new AppError({
      message: 'Cannot load "\u001b[2J"',
      where: 'a\u202e:1',
      hint: 'Try.',
      code: 'RULE_INVALID',
    })
    assert.deepEqual(failureOf(error), {
      text: 'error: Cannot load "␛[2J"\n   at: a⟨U+202E⟩:1\n hint: Try.\n code: RULE_INVALID',
      exit: 2,
    })
  })

  test('by the file system is told as it is', () => {
    const error = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    assert.deepEqual(failureOf(error), {
      text: 'error: ENOSPC: no space left on device, write\n code: ENOSPC',
      exit: 3,
    })
  })

  test('by a mistake of ours is called a bug, with all that is known of it', () => {
    const { text, exit } = failureOf(new TypeError('x is not a function'))
    assert.equal(exit, 3)
    assert.match(text, /^error: This is a bug in oddsock; please report it with the lines below\nTypeError: x is not/)
  })
})
