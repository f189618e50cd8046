import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { REJECT_BYTES, type Reject } from '../domain/event.ts'
import { LineBlocks } from './lines.ts'

interface Line {
  readonly text: string
  readonly at: number
}

/** The lines that a reader sees when the bytes come in chunks of these sizes, and the rejects; every chunk in the same buffer. */
function cut(
  bytes: Buffer,
  sizes: readonly number[],
  limit?: number,
): { lines: Line[]; rejects: Reject[]; ended: number } {
  const lines: Line[] = []
  const rejects: Reject[] = []
  let ended = 0
  const reader = {
    lines(block: Buffer, from: number, to: number, at: number) {
      assert.equal(block[to - 1], 10)
      for (let start = from; start < to; ) {
        const end = block.indexOf(10, start)
        lines.push({ text: block.toString('latin1', start, end), at: at + start - from })
        start = end + 1
      }
    },
    end: () => void ended++,
  }
  const blocks = new LineBlocks(reader, (reject) => rejects.push(reject), limit)
  const buffer = Buffer.alloc(bytes.length + 1)
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = bytes.copy(buffer, 0, at, at + sizes[i % sizes.length]!)
    blocks.push(buffer.subarray(0, length))
    at += length
  }
  blocks.end()
  return { lines, rejects, ended }
}

/** Bytes with many newlines, and sizes of chunks. */
const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '\r', '\0'), maxLength: 80 })
const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 })

function expected(all: string, limit: number): { lines: Line[]; tooLong: number[] } {
  const lines: Line[] = []
  const tooLong: number[] = []
  let at = 0
  const parts = all.split('\n')
  if (parts.at(-1) === '') parts.pop()
  for (const part of parts) {
    if (part.length + 1 > limit) tooLong.push(at)
    else lines.push({ text: part, at })
    at += part.length + 1
  }
  return { lines, tooLong }
}

test('any chunks give the lines of the whole, each with its place', () => {
  fc.assert(
    fc.property(text, sizes, (all, sizes) => {
      const { lines, rejects, ended } = cut(Buffer.from(all), sizes)
      assert.deepEqual({ lines, rejects, ended }, { lines: expected(all, 1e9).lines, rejects: [], ended: 1 })
    }),
  )
})

test('a line over the limit is one reject with its place, and costs no other line, whatever the chunks', () => {
  fc.assert(
    fc.property(text, sizes, fc.integer({ min: 2, max: 10 }), (all, sizes, limit) => {
      const { lines, rejects } = cut(Buffer.from(all), sizes, limit)
      assert.deepEqual({ lines, tooLong: rejects.map(({ from }) => from) }, expected(all, limit))
    }),
  )
})

test('a line of 100 MB is one reject that keeps its beginning, and holds no more than the limit', () => {
  const rejects: Reject[] = []
  const taken: string[] = []
  const blocks = new LineBlocks(
    { lines: (block, from, to) => void taken.push(block.toString('utf8', from, to)), end() {} },
    (reject) => rejects.push(reject),
  )
  blocks.push(Buffer.from('first\n'))
  const chunk = Buffer.alloc(1024 * 1024, 'x')
  for (let i = 0; i < 100; i++) blocks.push(chunk)
  blocks.push(Buffer.from('\nlast'))
  blocks.end()
  assert.deepEqual(taken, ['first\n', 'last\n'])
  assert.deepEqual(rejects, [{ reason: 'line longer than 16 MiB', from: 6, raw: 'x'.repeat(REJECT_BYTES) }])
})
