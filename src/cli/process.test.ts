import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { testFolder } from './testing/folder.ts'
import { ecsLines, week } from './testing/week.ts'

const BIN = fileURLToPath(new URL('../../bin/oddsock', import.meta.url))
const FOLDER = testFolder()
const LOG = FOLDER.write('week.ndjson', ecsLines(week()))

/** A real process, and what it printed. */
function start(...args: string[]) {
  const child = spawn(process.execPath, [BIN, ...args], { stdio: 'pipe', env: { ...process.env, NO_COLOR: '1' } })
  const kept = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text) => {
    kept.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    kept.err += text
  })
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, ...kept }))
  return { child, kept, ended }
}

describe('the program itself', () => {
  test('reads a packed log from standard input, and exits with the code of its command', async () => {
    const { child, ended } = start('scan', '-', '--json', '--fail-on', 'low', '-q')
    child.stdin.end(gzipSync(ecsLines(week())))
    const { code, out, err } = await ended
    assert.deepEqual({ code, err }, { code: 1, err: '' })
    assert.equal(JSON.parse(out).process.name, 'xmrig')
  })

  test('stops without a word when its reader has had enough', async () => {
    const { child, ended } = start('decode', LOG)
    child.stdin.end()
    await once(child.stdout, 'data')
    child.stdout.destroy()
    const { code, signal, err } = await ended
    assert.deepEqual({ code, signal, err }, { code: 0, signal: null, err: '' })
  })

  test('says what is wrong with an output that takes no more, and exits with 3', async () => {
    const full = openSync('/dev/full', 'w')
    const child = spawn(process.execPath, [BIN, 'decode', LOG], { stdio: ['ignore', full, 'pipe'] })
    let err = ''
    child.stderr!.setEncoding('utf8').on('data', (text) => {
      err += text
    })
    const [code] = await once(child, 'close')
    closeSync(full)
    assert.deepEqual(
      { code, err },
      {
        code: 3,
        err: 'error: Cannot write "standard output": no space is left\n hint: Choose a place that may be written to, or make room there.\n code: OUTPUT_UNWRITABLE\n',
      },
    )
  })

  test('exits with 130 when it is interrupted', async () => {
    const { child, kept, ended } = start('scan', '-')
    while (!kept.err.includes('A copy of standard input')) await once(child.stderr, 'data')
    child.kill('SIGINT')
    const { code, signal, out } = await ended
    assert.deepEqual({ code, signal, out }, { code: 130, signal: null, out: '' })
  })

  test('reads its API keys again on SIGHUP, and goes on', async () => {
    const keys = FOLDER.write('keys', '# nobody yet\n')
    const settings = `source = []\nhttp = { listen = ["127.0.0.1:0"], keys_file = "${keys}" }\n`
    const config = FOLDER.write('server.toml', settings)
    const { child, kept, ended } = start('serve', '--config', config, '--state', join(FOLDER.path, 'state'))
    while (!kept.err.includes('Ctrl-C stops it')) await once(child.stderr, 'data')
    child.kill('SIGHUP')
    while (!kept.err.includes('API keys read again')) await once(child.stderr, 'data')
    child.kill('SIGTERM')
    const { code, signal } = await ended
    assert.deepEqual({ code, signal }, { code: 0, signal: null })
  })

  test('calls a file that fails while it is read no bug, and exits with 3', async () => {
    const { child, ended } = start('scan', '/proc/self/mem', '-q')
    child.stdin.end()
    const { code, err } = await ended
    assert.equal(code, 3)
    assert.doesNotMatch(err, /bug/)
  })
})
