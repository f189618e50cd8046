import assert from 'node:assert/strict'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { connect } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { Hono } from 'hono'
import { type Log, SILENT } from '../domain/log.ts'
import { FakeClock } from '../engine/clock.ts'
import { drawApiKey, readApiKeys } from './api-keys.ts'
import type { HttpEnv } from './http-env.ts'
import { Renewal } from './renewal.ts'
import { HttpServer } from './server.ts'

const folder = mkdtempSync(join(tmpdir(), 'oddsock-renewal-'))
const closing: (() => Promise<void>)[] = []
after(async () => {
  for (const close of closing) await close()
  rmSync(folder, { recursive: true })
})

const FIRST = drawApiKey('first', 'manage')
const SECOND = drawApiKey('second', 'manage')

/** A server on copies of the test certificate and a file of keys, and what it says in its log. */
async function serve(name: string, keys: string) {
  const file = (what: string) => join(folder, `${name}-${what}`)
  const [keysFile, tls] = [file('keys'), { cert: file('cert.pem'), key: file('key.pem') }]
  const put = (from: string, to: string) =>
    copyFileSync(fileURLToPath(new URL(`testdata/${from}`, import.meta.url)), to)
  put('cert.pem', tls.cert)
  put('key.pem', tls.key)
  writeFileSync(keysFile, keys)
  const said: string[] = []
  const log: Log = { ...SILENT, info: (text) => said.push(text), error: (text) => said.push(text) }
  const clock = new FakeClock(0)
  const resource = new Hono<HttpEnv>().get('/', (c) => c.text('in'))
  const server = await HttpServer.open({
    resources: [resource],
    listen: ['127.0.0.1:0'],
    log: SILENT,
    keys: await readApiKeys(keysFile),
    tls,
  })
  const renewal = new Renewal({ server, keysFile, tls, clock, log })
  renewal.start()
  closing.push(() => renewal.stop().then(() => server.stop()))
  await until(() => clock.sleepers === 1)
  const port = Number(server.addresses[0]!.split(':').at(-1))
  /** Lets the time pass in which it looks again, and what it then does come to its end. */
  const look = async () => {
    await clock.advance(5_000)
    await until(() => clock.sleepers === 1)
  }
  return { renewal, keysFile, tls, put, said, look, ask: (key: string) => ask(port, key), port }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}

async function connected(port: number) {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  return socket
}

/** The status of a request with this key, on a connection of its own. */
async function ask(port: number, key: string): Promise<number> {
  const socket = await connected(port)
  socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer ${key}\r\n\r\n`)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  return Number(answer.toString().split(' ')[1])
}

async function fingerprint(port: number): Promise<string> {
  const socket = await connected(port)
  const { fingerprint256 } = socket.getPeerCertificate()
  socket.destroy()
  return fingerprint256
}

test('a key that is added to the file works, and one that is taken out does not any more', async () => {
  const { ask, keysFile, look, said } = await serve('keys', `${FIRST.line}\n`)
  assert.deepEqual([await ask(FIRST.key), await ask(SECOND.key)], [200, 401])
  await look()
  assert.deepEqual(said, [])
  writeFileSync(keysFile, `${SECOND.line}\n`)
  await look()
  assert.deepEqual([await ask(FIRST.key), await ask(SECOND.key)], [401, 200])
})

test('a file that holds no key any more keeps everybody out', async () => {
  const { ask, keysFile, look } = await serve('empty', `${FIRST.line}\n`)
  writeFileSync(keysFile, '# none\n')
  await look()
  assert.equal(await ask(FIRST.key), 401)
})

test('a server without keys wants them once there are some', async () => {
  const { ask, keysFile, look } = await serve('open', '')
  assert.equal(await ask('nothing'), 200)
  writeFileSync(keysFile, `${FIRST.line}\n`)
  await look()
  assert.deepEqual([await ask('nothing'), await ask(FIRST.key)], [401, 200])
})

test('new connections get the new certificate, once its key is there too', async () => {
  const { port, put, tls, look, said } = await serve('cert', `${FIRST.line}\n`)
  const before = await fingerprint(port)
  put('other-cert.pem', tls.cert)
  await look()
  assert.equal(await fingerprint(port), before)
  assert.deepEqual(said, ['API keys renewed', 'Certificate not renewed: the old hold'])
  put('other-key.pem', tls.key)
  await look()
  assert.notEqual(await fingerprint(port), before)
})

test('files that are damaged or gone change nothing, and a key can be taken away all the same', async () => {
  const { ask, keysFile, tls, renewal, look } = await serve('damaged', `${FIRST.line}\n`)
  writeFileSync(keysFile, 'rubbish\n')
  await look()
  rmSync(keysFile)
  await look()
  assert.equal(await ask(FIRST.key), 200)
  writeFileSync(tls.key, 'rubbish')
  writeFileSync(keysFile, `${SECOND.line}\n`)
  await renewal.renew()
  assert.deepEqual([await ask(FIRST.key), await ask(SECOND.key)], [401, 200])
})
