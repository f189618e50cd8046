import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { SyslogFrames } from './syslog-frames.ts'

function cut(
  chunks: readonly (string | Buffer)[],
  limit = 1024,
): { messages: string[]; rejects: string[]; held: number } {
  const messages: string[] = []
  const rejects: string[] = []
  const sink = {
    message: (bytes: Buffer) => void messages.push(bytes.toString()),
    reject: (reason: string, raw: Buffer) => void rejects.push(`${reason}: ${raw.toString().slice(0, 12)}`),
  }
  const frames = new SyslogFrames(sink, limit)
  let held = 0
  for (const chunk of chunks) {
    frames.push(Buffer.from(chunk))
    held = Math.max(held, frames.held)
  }
  frames.end()
  return { messages, rejects, held }
}

for (const { why, given, messages, rejects = [] } of [
  { why: 'a newline ends a message', given: '<13>one\n<13>two\n', messages: ['<13>one', '<13>two'] },
  {
    why: 'a length counts a message out, newlines and all',
    given: '8 <13>o\nne7 <13>two',
    messages: ['<13>o\nne', '<13>two'],
  },
  {
    why: 'both kinds may come by turns',
    given: '7 <13>one<13>two\n9 <13>three',
    messages: ['<13>one', '<13>two', '<13>three'],
  },
  { why: 'the last line may lack its newline', given: '<13>one', messages: ['<13>one'] },
  {
    why: 'CR and NUL before the end are no part of it',
    given: '<13>one\r\n<13>two\0\n',
    messages: ['<13>one', '<13>two'],
  },
  { why: 'blank lines are nothing', given: '\n\r\n  \n<13>one\n', messages: ['<13>one'] },
  { why: 'digits without a blank behind them begin a line', given: '12x <13>\n', messages: ['12x <13>'] },
  { why: 'nor is a length with a zero in front', given: '07 <13>one\n', messages: ['07 <13>one'] },
  { why: 'a number too long for a length begins a line', given: '12345678 one\n', messages: ['12345678 one'] },
  {
    why: 'a message that lacks bytes is a reject',
    given: '9 <13>one',
    messages: [],
    rejects: ['syslog message cut off by the end of its connection: <13>one'],
  },
])
  test(`${JSON.stringify(given)}: ${why}`, () => {
    for (const size of [1, 2, 3, given.length]) {
      const chunks = given.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g'))!
      const found = cut(chunks)
      assert.deepEqual(found.messages, messages)
      assert.deepEqual(found.rejects, rejects)
    }
  })

test('a message over the limit is one reject, however it is framed, and the next one is read', () => {
  const long = 'x'.repeat(5000)
  for (const given of [`${long}\n<13>one\n`, `5000 ${long}<13>one\n`]) {
    const { messages, rejects, held } = cut(given.match(/[\s\S]{1,100}/g)!)
    assert.deepEqual(messages, ['<13>one'])
    assert.equal(rejects.length, 1)
    assert.match(rejects[0]!, /^syslog message longer than 1 KiB/)
    assert.ok(held <= 1024)
  }
})

test('whatever messages come, in whatever frames and pieces, are cut as they were sent', () => {
  const message = fc
    .string({ minLength: 1, maxLength: 40, unit: 'grapheme' })
    .map((text) => `<13>${text.replace(/[\n\r\0]/g, '_')}`)
  const sent = fc.array(fc.record({ message, counted: fc.boolean() }))
  fc.assert(
    fc.property(sent, fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }), (messages, sizes) => {
      const framed = messages.map(({ message, counted }) =>
        counted ? `${Buffer.byteLength(message)} ${message}` : `${message}\n`,
      )
      const bytes = Buffer.from(framed.join(''))
      const chunks: Buffer[] = []
      for (let at = 0, i = 0; at < bytes.length; i++) {
        chunks.push(bytes.subarray(at, at + sizes[i % sizes.length]!))
        at += sizes[i % sizes.length]!
      }
      const found = cut(chunks)
      assert.deepEqual(
        found.messages,
        messages.map(({ message }) => message),
      )
      assert.deepEqual(found.rejects, [])
    }),
  )
})

test('no bytes whatever make it fail or hold more than its limit', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), (chunks) => {
      assert.ok(
        cut(
          chunks.map((chunk) => Buffer.from(chunk)),
          100,
        ).held <= 100,
      )
    }),
  )
})
