import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { createReadStream, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { chunksOf, sourceContract } from './contract.ts'
import { SpooledInput, type SpoolOptions } from './spool.ts'

async function* inChunks(bytes: Buffer, size = 50_000): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const spool = (input: AsyncIterable<Buffer>, options: Partial<SpoolOptions> = {}) =>
  new SpooledInput(input, { host: 'h', ...options })

async function rangesOf(source: SpooledInput, ...ranges: [from: number, to: number][]): Promise<string[]> {
  const found: string[] = []
  for await (const bytes of source.ranges(ranges.map(([from, to]) => ({ from, to })))) found.push(bytes.toString())
  return found
}

const opened = (source: SpooledInput) => ({ source, remove: async () => {} })
sourceContract('standard input', async (bytes) => opened(spool(inChunks(bytes))))
sourceContract('standard input in small pieces', async (bytes) => opened(spool(inChunks(bytes, 1000))))
sourceContract('packed standard input', async (bytes) => opened(spool(inChunks(gzipSync(bytes)))))
sourceContract('a named pipe', async (bytes) => {
  const folder = mkdtempSync(join(tmpdir(), 'spool-'))
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
  const writer = spawn('sh', ['-c', 'cat > "$0"', pipe], { stdio: ['pipe', 'ignore', 'inherit'] })
  writer.stdin.end(bytes)
  return {
    source: spool(createReadStream(pipe) as AsyncIterable<Buffer>, { path: pipe }),
    remove: async () => rmSync(folder, { recursive: true }),
  }
})

test('the copy has no name, so that nothing is left behind however the process ends', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spool-'))
  const before = process.env.TMPDIR
  process.env.TMPDIR = folder
  try {
    const source = spool(inChunks(Buffer.from('one\ntwo\n')))
    await chunksOf(source)
    assert.deepEqual(readdirSync(folder), [])
    assert.deepEqual(await rangesOf(source, [4, 8]), ['two\n'])
    await source.close()
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
    rmSync(folder, { recursive: true })
  }
})

test('what is over the limit is read, not kept, and that is told once', async () => {
  const source = spool(inChunks(Buffer.from('one\ntwo\nthree\n4\n5\n6\n'), 4), { limit: 10 })
  assert.equal(Buffer.concat(await chunksOf(source)).toString(), 'one\ntwo\nthree\n4\n5\n6\n')
  assert.deepEqual(await rangesOf(source, [4, 8], [8, 14], [14, 16]), ['two\n', '', ''])
  assert.deepEqual(source.problems.length, 1)
  assert.match(
    source.problems[0]!,
    /^Cannot keep all of standard input, so alerts on its rest show no events: it is longer/,
  )
  await source.close()
})

test('without a copy nothing is kept, and nothing is wrong', async () => {
  const source = spool(inChunks(Buffer.from('one\n')), { noSpool: true })
  assert.equal(Buffer.concat(await chunksOf(source)).toString(), 'one\n')
  assert.deepEqual(await rangesOf(source, [0, 4]), [''])
  assert.deepEqual(source.problems, [])
})

test('where no copy can be made, the input is read all the same', async () => {
  const before = process.env.TMPDIR
  process.env.TMPDIR = '/dev/null'
  try {
    const source = spool(inChunks(Buffer.from('one\ntwo\n')))
    assert.equal(Buffer.concat(await chunksOf(source)).toString(), 'one\ntwo\n')
    assert.match(source.problems.join(), /so alerts on its rest show no events: "\/dev\/null" takes no more of it/)
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
})

test('half an archive is read up to its end, and that is told', async () => {
  const lines = Array.from({ length: 20_000 }, (_, i) => `line ${(i * 7919) % 10_007}\n`).join('')
  const packed = gzipSync(lines)
  const source = spool(inChunks(packed.subarray(0, packed.length / 2)))
  const text = Buffer.concat(await chunksOf(source)).toString()
  assert.ok(text.length > 0 && lines.startsWith(text))
  assert.deepEqual(source.problems, ['Cannot read standard input to its end: its gzip data ends early'])
  await source.close()
})

test('an input that fails is told, not thrown', async () => {
  const source = spool(createReadStream('/') as AsyncIterable<Buffer>, { path: '/' })
  assert.deepEqual(await chunksOf(source), [])
  assert.deepEqual(source.problems, ['Cannot read "/": it is a folder'])
})
