import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { messageOf, type Received, sinkContract } from './contract.ts'
import { ndjsonFile } from './ndjson-file.ts'

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'oddsock-ndjson-'))
  try {
    await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function linesOf(path: string): Promise<readonly Received[]> {
  const lines = (await readFile(path, 'utf8')).split('\n')
  assert.equal(lines.pop(), '', 'the last line has its end')
  return lines.map((line) => {
    const { 'oddsock.notice.id': id, 'oddsock.notice.reason': reason, ...alert } = JSON.parse(line)
    return { id, reason, alert }
  })
}

const idsOf = async (path: string) => (await linesOf(path)).map(({ id }) => id)
const idOf = (n: number) => messageOf(n).notice.id

sinkContract('ndjson-file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'oddsock-ndjson-'))
  const path = join(folder, 'out', 'alerts.ndjson')
  await mkdir(join(folder, 'out'))
  return {
    sink: await ndjsonFile.open('file', { path }),
    received: () => linesOf(path),
    goAway: () => rename(join(folder, 'out'), join(folder, 'away')),
    comeBack: () => rename(join(folder, 'away'), join(folder, 'out')),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
})

test('after a rotation by rename, alerts go to the new file', () =>
  withFolder(async (folder) => {
    const path = join(folder, 'alerts.ndjson')
    const sink = await ndjsonFile.open('file', { path })
    await sink.deliver(messageOf(0))
    await rename(path, `${path}.1`)
    await sink.deliver(messageOf(1))
    assert.deepEqual(await idsOf(`${path}.1`), [idOf(0)])
    assert.deepEqual(await idsOf(path), [idOf(1)])
  }))

test('after a rotation by copy and truncation, alerts begin at the front', () =>
  withFolder(async (folder) => {
    const path = join(folder, 'alerts.ndjson')
    const sink = await ndjsonFile.open('file', { path })
    await sink.deliver(messageOf(0))
    await writeFile(path, '')
    await sink.deliver(messageOf(1))
    assert.deepEqual(await idsOf(path), [idOf(1)])
  }))

test('half a line that a crash has left spoils no other', () =>
  withFolder(async (folder) => {
    const path = join(folder, 'alerts.ndjson')
    const sink = await ndjsonFile.open('file', { path })
    await sink.deliver(messageOf(0))
    await appendFile(path, '{"@timestamp":"2026-')
    await sink.deliver(messageOf(1))
    const [first, half, last] = (await readFile(path, 'utf8')).split('\n')
    assert.equal(JSON.parse(first!)['oddsock.notice.id'], idOf(0))
    assert.equal(half, '{"@timestamp":"2026-')
    assert.equal(JSON.parse(last!)['oddsock.notice.id'], idOf(1))
  }))

test('what is no plain file is refused by name, without waiting for it', () =>
  withFolder(async (folder) => {
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    for (const path of [folder, pipe, '/dev/full']) {
      const sink = await ndjsonFile.open('file', { path })
      await assert.rejects(sink.deliver(messageOf(0)), (error: Error) => error.message.includes(path))
    }
  }))

/**
 * A limit on the size of files does to a write what a full disk does: the part that fits is written, then comes an error. It needs
 * no rights, but a process of its own, which delivers three messages and prints how each went.
 */
test('a full disk leaves whole lines only, and the message may come again', () =>
  withFolder(async (folder) => {
    const path = join(folder, 'alerts.ndjson')
    const script = join(import.meta.dirname, 'testing', 'deliver-three.ts')
    const limited = 'ulimit -f 1; exec "$0" --import tsx "$1" "$2"'
    const child = execFile('bash', ['-c', limited, process.execPath, script, path], {
      env: { ...process.env, TSX_DISABLE_CACHE: '1' },
    })
    let said = ''
    child.stdout?.on('data', (text: string) => {
      said += text
    })
    const [code] = await once(child, 'close')
    assert.equal(code, 0)
    // Each line has between 600 and 1,000 bytes, the limit is 1,024.
    assert.deepEqual(said.trim().split('\n'), ['delivered', 'EFBIG', 'EFBIG'])
    assert.deepEqual(await idsOf(path), [idOf(0)])
    const sink = await ndjsonFile.open('file', { path })
    await sink.deliver(messageOf(1))
    assert.deepEqual(await idsOf(path), [idOf(0), idOf(1)])
  }))
