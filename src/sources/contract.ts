import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { ByteSource } from './source.ts'

/** A source of these opened bytes, and how to take away what it stands on. */
export interface Opened {
  readonly source: ByteSource
  remove(): Promise<void>
}

/** What every source promises (`source.ts`), whatever it stands on. `open` gives one that holds these bytes, once opened. */
export function sourceContract(name: string, open: (bytes: Buffer) => Promise<Opened>): void {
  const bytes = Buffer.from(Array.from({ length: 15_000 }, (_, i) => `line ${i} ${'x'.repeat(i % 50)}\n`).join(''))

  async function withSource<T>(content: Buffer, use: (source: ByteSource) => Promise<T>): Promise<T> {
    const { source, remove } = await open(content)
    try {
      return await use(source)
    } finally {
      await source.close()
      await remove()
    }
  }

  test(`${name} reads all bytes, the first of them enough to know a format by`, async () => {
    for (const content of [bytes, Buffer.from('no newline'), Buffer.alloc(100_000, 'x'), Buffer.alloc(0)])
      await withSource(content, async (source) => {
        const chunks = await chunksOf(source)
        assert.ok(Buffer.concat(chunks).equals(content))
        assert.deepEqual(source.problems, [])
        const head = chunks[0] ?? Buffer.alloc(0)
        assert.ok(head.includes(10) || head.length >= Math.min(content.length, 65_536))
      })
  })

  test(`${name} gives any ranges again`, async () => {
    const end = { min: 0, max: bytes.length }
    await withSource(bytes, async (source) => {
      await chunksOf(source)
      await fc.assert(
        fc.asyncProperty(fc.array(fc.tuple(fc.integer(end), fc.integer({ min: 1, max: 5000 }))), async (pairs) => {
          const ranges = pairs
            .map(([from, length]) => ({ from, to: Math.min(bytes.length, from + length) }))
            .filter(({ from, to }) => from < to)
            .sort((a, b) => a.from - b.from)
          const found: string[] = []
          for await (const range of source.ranges(ranges)) found.push(range.toString())
          assert.deepEqual(
            found,
            ranges.map(({ from, to }) => bytes.toString('utf8', from, to)),
          )
        }),
        { numRuns: 10 },
      )
    })
  })

  test(`${name} is told apart by its beginning`, async () => {
    const fingerprint = (content: string) =>
      withSource(Buffer.from(content), async (source) => {
        await chunksOf(source)
        return source.fingerprint()
      })
    assert.equal(await fingerprint('a\n'), await fingerprint('a\n'))
    assert.notEqual(await fingerprint('a\n'), await fingerprint('b\n'))
  })
}

/** All chunks, copied, since each holds only until the next. */
export async function chunksOf(source: ByteSource): Promise<Buffer[]> {
  const chunks: Buffer[] = []
  for await (const chunk of source.read()) chunks.push(Buffer.from(chunk))
  return chunks
}
