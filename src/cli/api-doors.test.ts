import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { run } from './testing/run.ts'
import { storeAlone } from './testing/state-folder.ts'

test('a socket that a killed server has left behind keeps nobody from the store', async () => {
  const state = await storeAlone([], [])
  const socket = join(state.path, 'oddsock.sock')
  const script = `require('net').createServer().listen(${JSON.stringify(socket)}, () => console.log('up'))`
  const server = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(server.stdout, 'data')
  server.kill('SIGKILL')
  await once(server, 'exit')
  assert.ok(existsSync(socket))
  const { code, err } = await run(['alerts', 'list', '--state', state.path])
  await state.close()
  assert.equal(code, 0)
  assert.match(err, /^0 open alerts since .*, from the store in /)
})

test('a server that hangs up is told as such', async () => {
  const state = await storeAlone([], [])
  const socket = join(state.path, 'oddsock.sock')
  const script = `require('net').createServer((c) => c.on('data', () => c.destroy())).listen(${JSON.stringify(socket)}, () => console.log('up'))`
  const server = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(server.stdout, 'data')
  const { code, err } = await run(['health', '--state', state.path])
  server.kill('SIGKILL')
  await once(server, 'exit')
  await state.close()
  assert.equal(code, 3)
  assert.match(err, /^error: Cannot talk to the server at ".*oddsock\.sock": /)
  assert.match(err, /code: SERVER_UNREACHABLE/)
})

test('a store that somebody has open, and nobody answers for, is told as such', async () => {
  const state = await storeAlone([], [])
  const holder = await run(['alerts', 'list', '--state', state.path])
  assert.equal(holder.code, 0)
  const { openStorage } = await import('../storage/index.ts')
  const storage = await openStorage({ engine: 'embedded', path: state.path, keep: 86_400_000, keep_size: 2 ** 40 })
  const { code, err } = await run(['alerts', 'list', '--state', state.path])
  await storage.close()
  await state.close()
  assert.equal(code, 3)
  assert.match(err, /code: STORE_IN_USE/)
})
