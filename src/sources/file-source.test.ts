import assert from 'node:assert/strict'
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { chunksOf, sourceContract } from './contract.ts'
import { FileSource } from './file-source.ts'
import { zstdFrame } from './testing/zstd-frame.ts'

const FOLDER = mkdtempSync(join(tmpdir(), 'file-source-'))
after(() => rmSync(FOLDER, { recursive: true }))

let files = 0

/** One log made of these files, oldest first. */
function sourceOf(...contents: Buffer[]): FileSource {
  const paths = contents.map((content) => {
    const path = join(FOLDER, `file-${files++}`)
    writeFileSync(path, content)
    return path
  })
  return new FileSource(paths, 0, 'host')
}

const textOf = async (source: FileSource) => Buffer.concat(await chunksOf(source)).toString()

async function rangesOf(source: FileSource, ...ranges: [from: number, to: number][]): Promise<string[]> {
  const found: string[] = []
  for await (const bytes of source.ranges(ranges.map(([from, to]) => ({ from, to })))) found.push(bytes.toString())
  return found
}

const opened = (source: FileSource) => ({ source, remove: async () => {} })

const thirds = (bytes: Buffer) =>
  [0, 1, 2].map((i) => bytes.subarray((bytes.length * i) / 3, (bytes.length * (i + 1)) / 3))

/** Cut at ends of lines, as rotation does. */
function lineThirds(bytes: Buffer): Buffer[] {
  const cuts = [1, 2].map((i) => bytes.indexOf(10, (bytes.length * i) / 3) + 1)
  return [bytes.subarray(0, cuts[0]), bytes.subarray(cuts[0], cuts[1]), bytes.subarray(cuts[1])]
}

sourceContract('a file', async (bytes) => opened(sourceOf(bytes)))
sourceContract('a gzip file', async (bytes) => opened(sourceOf(gzipSync(bytes))))
sourceContract('a gzip file of several members', async (bytes) =>
  opened(sourceOf(Buffer.concat(thirds(bytes).map((part) => gzipSync(part))))),
)
sourceContract('a zstd file', async (bytes) => opened(sourceOf(zstdFrame(bytes))))
sourceContract('a zstd file of several frames', async (bytes) =>
  opened(sourceOf(Buffer.concat(thirds(bytes).map((part) => zstdFrame(part))))),
)
sourceContract('a chain of files, plain and packed', async (bytes) => {
  const [first, second, third] = lineThirds(bytes) as [Buffer, Buffer, Buffer]
  return opened(sourceOf(gzipSync(first), zstdFrame(second), Buffer.alloc(0), third))
})

describe('a chain of files', () => {
  test('does not let a line that was cut off run into the next file', async () => {
    const source = sourceOf(Buffer.from('one\ntw'), gzipSync('three\n'), Buffer.from('four'))
    assert.equal(await textOf(source), 'one\ntw\nthree\nfour')
    assert.deepEqual(await rangesOf(source, [0, 4], [4, 7], [7, 13], [13, 18]), ['one\n', 'tw', 'three\n', 'four'])
  })

  test('gives a range that stands in several files', async () => {
    const source = sourceOf(Buffer.from('one\ntw'), Buffer.from('x\n'), Buffer.alloc(0), gzipSync('three\nfour\n'))
    assert.equal(await textOf(source), 'one\ntw\nx\nthree\nfour\n')
    assert.deepEqual(await rangesOf(source, [0, 9], [4, 12], [9, 15]), ['one\ntw\nx\n', 'tw\nx\nthr', 'three\n'])
  })

  test('reads on where one file of it cannot be read, and says so once, however often it is read', async () => {
    const source = new FileSource([join(FOLDER, 'gone'), ...pathsOf('a\n')], 0, 'host')
    for (const _ of [1, 2]) {
      assert.equal(await textOf(source), 'a\n')
      assert.deepEqual(source.problems, [`Cannot read "${join(FOLDER, 'gone')}": there is no such file or folder`])
    }
  })

  const pathsOf = (...contents: string[]) =>
    contents.map((content) => {
      const path = join(FOLDER, `file-${files++}`)
      writeFileSync(path, content)
      return path
    })
})

describe('a file that changes while a scan runs', () => {
  async function changed(change: (path: string) => void): Promise<{ found: string[]; problems: readonly string[] }> {
    const source = sourceOf(Buffer.from('one\ntwo\nthree\n'))
    await chunksOf(source)
    change(source.name)
    const found = await rangesOf(source, [0, 4], [8, 14])
    return { found, problems: source.problems.map((problem) => problem.replace(source.name, 'it')) }
  }

  test('gives its old lines when new ones were added', async () => {
    assert.deepEqual(await changed((path) => appendFileSync(path, 'four\n')), {
      found: ['one\n', 'three\n'],
      problems: [],
    })
  })

  for (const { why, change } of [
    { why: 'it is another file now', change: (path: string) => writeFileSync(path, 'ONE\nTWO\nTHREE\n') },
    { why: 'it is another file now', change: (path: string) => truncateSync(path, 6) },
    { why: 'there is no such file or folder', change: (path: string) => renameSync(path, `${path}.1`) },
  ])
    test(`gives nothing for something else: ${why} (${change})`, async () => {
      assert.deepEqual(await changed(change), {
        found: ['', ''],
        problems: [`Cannot read "it" again, so alerts show fewer events: ${why}`],
      })
    })

  test('ends where it was shortened to while it was read', async () => {
    const line = Buffer.from(`${'x'.repeat(99)}\n`)
    const source = sourceOf(Buffer.alloc(2_000_000, line))
    let bytes = 0
    for await (const chunk of source.read()) {
      bytes += chunk.length
      if (statSync(source.name).size > 1_000_000) truncateSync(source.name, 1_000_000)
    }
    assert.equal(bytes, 1_000_000)
    assert.deepEqual(source.problems, [])
    assert.deepEqual(await rangesOf(source, [0, 100], [999_900, 1_000_000]), [String(line), String(line)])
  })
})

test('what zstd has compressed is unpacked', async () => {
  const source = sourceOf(readFileSync(new URL('testdata/two-thousand-lines.zst', import.meta.url)))
  assert.equal(await textOf(source), Array.from({ length: 2000 }, (_, i) => `line ${i + 1}\n`).join(''))
})

describe('a damaged archive', () => {
  const lines = Array.from({ length: 50_000 }, (_, i) => `line ${i} ${(i * 7919) % 10_007}\n`).join('')
  const gzip = gzipSync(lines)

  test('is read up to where it was cut off, again too, and says so', async () => {
    const source = sourceOf(gzip.subarray(0, gzip.length / 2))
    const text = await textOf(source)
    assert.ok(text.length > lines.length / 4 && lines.startsWith(text))
    assert.deepEqual(source.problems, [`Cannot read "${source.name}" to its end: its gzip data ends early`])
    const [last] = await rangesOf(source, [text.length - 100, text.length])
    assert.equal(last, text.slice(-100))
  })

  test('is read up to damage in its middle, and says so', async () => {
    const bytes = Buffer.concat([gzip, gzip, gzip])
    const middle = Math.floor(gzip.length * 1.5)
    bytes.fill(0xff, middle, middle + 64)
    const source = sourceOf(bytes)
    const text = await textOf(source)
    assert.ok(text.startsWith(lines))
    assert.deepEqual(source.problems, [`Cannot read "${source.name}" to its end: its gzip data is damaged`])
  })

  test('of zstd is read up to where it was cut off, and says so', async () => {
    const frame = zstdFrame(Buffer.from(lines))
    const source = sourceOf(frame.subarray(0, frame.length - 50_000))
    const text = await textOf(source)
    assert.ok(text.length >= 300_000 && lines.startsWith(text))
    assert.deepEqual(source.problems, [`Cannot read "${source.name}" to its end: its zstd data ends early`])
  })

  test('that holds nothing is empty, not damaged', async () => {
    const source = sourceOf(gzipSync(''))
    assert.equal(await textOf(source), '')
    assert.deepEqual(source.problems, [])
  })

  test('that is a head alone says that it ends early', async () => {
    const source = sourceOf(gzip.subarray(0, 3))
    assert.equal(await textOf(source), '')
    assert.deepEqual(source.problems, [`Cannot read "${source.name}" to its end: its gzip data ends early`])
  })
})
