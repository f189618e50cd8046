import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { findFiles, hostByFolder } from './find-files.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'find-files-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function write(...paths: string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), path)
  }
}

/** What is found, without the folder in front. */
async function find(...paths: string[]) {
  const short = (path: string) => path.replace(`${folder}/`, '')
  const { sources, streams, unreadable } = await findFiles(paths.map((path) => join(folder, path)))
  return {
    logs: sources.map(({ name, host }) => `${short(name)} of ${host}`),
    streams: streams.map(short),
    unreadable: unreadable.map(({ path, reason }) => `${short(path)}: ${reason}`),
  }
}

test('a folder gives all its logs in the order of their names, each with its folder for a host', async () => {
  write('web-2/audit.log', 'web-1/audit.log.1', 'web-1/audit.log', 'web-1/more/x.ndjson.gz')
  assert.deepEqual(await find(''), {
    logs: ['web-1/audit.log of web-1', 'web-1/more/x.ndjson.gz of more', 'web-2/audit.log of web-2'],
    streams: [],
    unreadable: [],
  })
})

test('the host is what the user says', async () => {
  write('web-1/audit.log')
  const { sources } = await findFiles([folder], 'db-1')
  assert.deepEqual(
    sources.map(({ host }) => host),
    ['db-1'],
  )
})

test('a log knows how many bytes all its files have', async () => {
  write('audit.log', 'audit.log.1')
  const { sources } = await findFiles([folder])
  assert.deepEqual(
    sources.map(({ size }) => size),
    ['audit.log'.length + 'audit.log.1'.length],
  )
})

test('a file that was named twice, or lies in a folder that was named too, is read once', async () => {
  write('a/audit.log')
  for (const paths of [
    ['a/audit.log', 'a/audit.log'],
    ['a', 'a/../a/audit.log'],
    ['a', 'a', ''],
  ])
    assert.deepEqual((await find(...paths)).logs.length, 1, paths.join())
})

test('of the names of one file the one counts that is no link', async () => {
  write('logs/audit.log', 'logs/audit.log.1')
  symlinkSync('audit.log.1', join(folder, 'logs/a-link'))
  linkSync(join(folder, 'logs/audit.log'), join(folder, 'logs/hard-link'))
  symlinkSync('logs', join(folder, 'other'))
  assert.deepEqual((await find('')).logs, ['logs/audit.log of logs'])
})

test('links that lead back up are no endless way', async () => {
  write('a/audit.log')
  symlinkSync('..', join(folder, 'a/up'))
  symlinkSync('round', join(folder, 'round'))
  assert.deepEqual(await find(''), {
    logs: ['a/audit.log of a'],
    streams: [],
    unreadable: ['round: its links lead round in a circle'],
  })
})

test('a link to nothing is told, and the rest is read', async () => {
  write('audit.log')
  symlinkSync('nowhere', join(folder, 'dangling'))
  const { logs, unreadable } = await find('')
  assert.equal(logs.length, 1)
  assert.deepEqual(unreadable, ['dangling: there is no such file or folder'])
})

test('a folder that is named like a log is walked', async () => {
  write('audit.log/2026.ndjson')
  assert.deepEqual((await find('audit.log')).logs, ['audit.log/2026.ndjson of audit.log'])
})

test('a pipe is a stream if it was asked for by name, and left alone in a folder', async () => {
  execFileSync('mkfifo', [join(folder, 'pipe')])
  assert.deepEqual((await find('pipe')).streams, ['pipe'])
  assert.deepEqual(await find(''), { logs: [], streams: [], unreadable: [] })
})

for (const path of ['no-such-file', 'audit.log/below-a-file'])
  test(`${path} that is not there is an error`, async () => {
    write('audit.log')
    await assert.rejects(find(path), { code: 'INPUT_MISSING', message: /there is no such file or folder/ })
  })

test('a host without a name is called by the folder of its log, and this machine by its own name', () => {
  assert.equal(hostByFolder('logs/web-1/audit.log'), 'web-1')
  assert.equal(hostByFolder('audit.log'), basename(process.cwd()))
  assert.equal(hostByFolder('/var/log/audit/audit.log'), hostname())
  assert.equal(hostByFolder('/var/log/auditbeat.ndjson'), hostname())
  assert.equal(hostByFolder('/audit.log'), hostname())
})
