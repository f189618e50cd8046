import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { progressText } from './progress.ts'
import { Terminal, type TerminalOptions, wrapped } from './terminal.ts'

/** A terminal whose streams are kept, and a status of the given times. */
function open(options: TerminalOptions & { readonly isTTY?: boolean } = {}) {
  const err: string[] = []
  const stream = (kept: string[]) => ({ write: (text: string) => kept.push(text) > 0, isTTY: options.isTTY ?? false })
  const io = { stdin: [], stdout: stream([]), stderr: stream(err), env: { COLUMNS: '20' } }
  const terminal = new Terminal(io as unknown as ConstructorParameters<typeof Terminal>[0], options)
  const status = (...seconds: number[]) => {
    for (const at of seconds) terminal.status(() => `at ${at}`, at * 1000)
    return err
  }
  return { terminal, err, status }
}

describe('the status of a command', () => {
  test('is written over ten times a second at most on a terminal', () => {
    const { status } = open({ isTTY: true })
    assert.deepEqual(status(0, 0.05, 0.1, 0.15, 0.25), ['\r\u001b[Kat 0', '\r\u001b[Kat 0.1', '\r\u001b[Kat 0.25'])
  })

  test('is a line every 30 seconds in a log, if it is asked for', () => {
    const { status } = open({ logsStatus: true })
    assert.deepEqual(status(0, 10, 29, 30, 31, 59, 61), ['at 30\n', 'at 61\n'])
  })

  test('is nothing on a pipe or when quiet', () => {
    assert.deepEqual(open().status(0, 100), [])
    assert.deepEqual(open({ isTTY: true, quiet: true }).status(0, 100), [])
    assert.deepEqual(open({ logsStatus: true, quiet: true }).status(0, 100), [])
  })

  test('is cut to the width of the terminal, and cleared before a line', () => {
    const { terminal, err } = open({ isTTY: true })
    terminal.status(() => 'x'.repeat(50), 0)
    terminal.note('done')
    assert.deepEqual(err, [`\r\u001b[K${'x'.repeat(19)}`, '\r\u001b[K', 'done\n'])
  })
})

test('a note acts on no terminal', () => {
  const { terminal, err } = open()
  terminal.note('a\u001b[2J\u202e')
  assert.deepEqual(err, ['a␛[2J⟨U+202E⟩\n'])
})

for (const { given, expect, why } of [
  { given: [0, 1e9, 0], expect: '0 MB read, 0 MB/s', why: 'at the beginning' },
  { given: [50e6, 200e6, 1000], expect: '50 MB read, 50 MB/s, 25 %, 3 s left', why: 'on the way' },
  { given: [200e6, 200e6, 4000], expect: '200 MB read, 50 MB/s, 100 %, 0 s left', why: 'at the end' },
  { given: [50e6, Number.NaN, 1000], expect: '50 MB read, 50 MB/s', why: 'of unknown length' },
  { given: [300e6, 200e6, 1000], expect: '300 MB read, 300 MB/s', why: 'of a file that has grown' },
] as const)
  test(`progress reads "${expect}" ${why}`, () =>
    assert.equal(progressText(...(given as [number, number, number])), expect))

test('a long text is broken between words, and what hides in it is shown', () => {
  assert.equal(wrapped('one two three\u200b four', 12, '  '), 'one two\n  three⟨U+200B⟩\n  four')
})
