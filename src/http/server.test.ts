import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type ClientRequest, request } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Hono } from 'hono'
import { text } from '../domain/field.ts'
import { SILENT } from '../domain/log.ts'
import { drawApiKey, parseApiKeys } from './api-keys.ts'
import { elastic } from './elastic.ts'
import type { HttpEnv } from './http-env.ts'
import { PushSource } from './push-source.ts'
import { HttpServer, type ServerOptions } from './server.ts'
import { MemoryIntake } from './testing/memory-intake.ts'

const folder = mkdtempSync(join(tmpdir(), 'oddsock-http-'))
const open = new Set<HttpServer>()
after(async () => {
  await Promise.all([...open].map((server) => server.stop()))
  rmSync(folder, { recursive: true })
})

const testdata = (file: string) => fileURLToPath(new URL(`testdata/${file}`, import.meta.url))
const TLS = { cert: testdata('cert.pem'), key: testdata('key.pem') }
const KEY = drawApiKey('web', 'ingest')
const KEYS = parseApiKeys(KEY.line, 'keys')

async function serve(options: Partial<ServerOptions> & { patience?: number; bytes?: number } = {}) {
  const intake = new MemoryIntake()
  const source = new PushSource()
  await source.start(intake)
  const { patience = 10_000, bytes = 2 ** 20, ...rest } = options
  const resource = elastic({ source, now: Date.now, limits: { bytes, patience } })
  const server = await HttpServer.open({ resources: [resource], listen: ['127.0.0.1:0'], log: SILENT, ...rest })
  open.add(server)
  return { intake, source, server, url: server.addresses[0]!, port: Number(server.addresses[0]!.split(':').at(-1)) }
}

const HEAD = 'POST /logs/_bulk HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n'
const one = (n: number) => `{"create":{}}\n{"n":${n}}\n`

/** Writes bytes as they are, and answers what comes back until the other side hangs up. */
async function raw(port: number, bytes: string, then: (socket: Socket) => void = () => {}): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let answer = ''
  socket.on('data', (data) => {
    answer += data
  })
  socket.on('error', () => {})
  // A connection that is reset has ended too.
  const closed = new Promise((resolve) => socket.on('close', resolve))
  await once(socket, 'connect')
  socket.write(bytes)
  then(socket)
  await closed
  return answer
}

const refusedWith = (code: string) => (error: { code?: string; hint?: string }) => {
  assert.equal(error.code, code)
  assert.ok(error.hint)
  return true
}

test('documents come in over a real connection, one request after another', async () => {
  const { intake, url } = await serve()
  for (let n = 0; n < 3; n++) {
    const reply = await fetch(`${url}/logs/_bulk`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: one(n),
    })
    assert.equal(((await reply.json()) as { errors: boolean }).errors, false)
  }
  assert.deepEqual(
    (await intake.stored()).map((event) => text(event, 'n')),
    ['0', '1', '2'],
  )
})

// RFC 1945 has no Host header; HAProxy's `option httpchk GET /healthz` sends none.
test('a request of HTTP/1.0 is answered without a Host header, one of HTTP/1.1 is not', async () => {
  const { port, intake } = await serve()
  const body = one(1)
  const head = `POST /logs/_bulk HTTP/1.0\r\nContent-Type: application/x-ndjson\r\nContent-Length: ${body.length}\r\n\r\n`
  assert.match(await raw(port, head + body), /^HTTP\/1\.1 200 /)
  assert.equal((await intake.stored()).length, 1)
  assert.match(await raw(port, 'GET / HTTP/1.1\r\n\r\n'), /^HTTP\/1\.1 400 /)
})

test('requests that are sent without waiting for answers are answered in their order', async () => {
  const { port, intake } = await serve()
  const request = (n: number, more = '') => `${HEAD}${more}Content-Length: ${one(n).length}\r\n\r\n${one(n)}`
  const form = request(3).replace('application/x-ndjson', 'text/plain')
  const answer = await raw(port, [request(1), request(2), form, request(4, 'Connection: close\r\n')].join(''))
  assert.deepEqual(
    [...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status),
    ['200', '200', '415', '200'],
  )
  assert.deepEqual(
    (await intake.stored()).map((event) => text(event, 'n')),
    ['1', '2', '4'],
  )
})

test('a client that waits to be told to go on is told so', async () => {
  const { port, intake } = await serve()
  const head = `${HEAD}Expect: 100-continue\r\nConnection: close\r\nContent-Length: ${one(1).length}\r\n\r\n`
  const answer = await raw(port, head, (socket) => socket.once('data', () => socket.write(one(1))))
  assert.match(answer, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /)
  assert.equal((await intake.stored()).length, 1)
})

test('a body that is announced too large is refused before it is sent', async () => {
  const { port } = await serve({ bytes: 1000 })
  assert.match(await raw(port, `${HEAD}Content-Length: 999999999\r\n\r\n`), /^HTTP\/1\.1 413 /)
})

test('a body that goes on without end is refused at the limit', async () => {
  const { port, intake } = await serve({ bytes: 100_000 })
  const answer = await raw(port, `${HEAD}Transfer-Encoding: chunked\r\n\r\n`, (socket) => {
    const chunk = one(1).repeat(100)
    const write = () =>
      socket.writable && socket.write(`${chunk.length.toString(16)}\r\n${chunk}\r\n`, () => setImmediate(write))
    write()
  })
  assert.match(answer, /^HTTP\/1\.1 413 /)
  assert.ok((await intake.stored()).length <= 100_000 / one(1).length)
})

test('a client that stops in the middle of a body is given up', async () => {
  const { port, intake } = await serve({ patience: 100 })
  assert.match(await raw(port, `${HEAD}Content-Length: 1000\r\n\r\n${one(1)}`), /^HTTP\/1\.1 408 /)
  assert.deepEqual(await intake.stored(), [])
})

test('of a request that is cut off, no half document is taken', async () => {
  const { port, intake } = await serve()
  await raw(port, `${HEAD}Content-Length: 1000\r\n\r\n${one(1)}{"create":{}}\n{"n":2}`, (socket) =>
    setTimeout(() => socket.destroy(), 50),
  )
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.deepEqual(
    (await intake.stored()).filter((event) => text(event, 'n') === '2'),
    [],
  )
  assert.deepEqual(intake.rejects, [])
})

test('a request that is no HTTP, and one with an endless head, are refused', async () => {
  const { port } = await serve()
  assert.match(await raw(port, 'rubbish\r\n\r\n'), /^HTTP\/1\.1 400 /)
  assert.match(await raw(port, `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(100_000)}`), /^HTTP\/1\.1 431 /)
})

test('more connections than allowed are hung up on, and those at hand go on', async () => {
  const { port, url } = await serve({ connections: 2 })
  const held = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')]
  await Promise.all(held.map((socket) => once(socket, 'connect')))
  assert.equal(await raw(port, `GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`), '')
  const gone = once(held[0]!, 'close')
  held[0]!.destroy()
  await gone
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal((await fetch(url)).status, 200)
  held[1]!.destroy()
})

test('while the engine is behind, nothing more of a body is read', async () => {
  const { intake, port } = await serve({ bytes: 2 ** 30 })
  let goOn = () => {}
  intake.pressure = new Promise((resolve) => {
    goOn = resolve
  })
  let written = 0
  const answered = raw(port, `${HEAD}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n`, (socket) => {
    const chunk = `{"create":{}}\n{"n":1,"message":"${'x'.repeat(2000)}"}\n`.repeat(100)
    const frame = `${chunk.length.toString(16)}\r\n${chunk}\r\n`
    const write = () => {
      written += chunk.length
      if (written < 20 * 2 ** 20) socket.write(frame, write)
      else socket.end(`0\r\n\r\n`)
    }
    write()
  })
  await new Promise((resolve) => setTimeout(resolve, 300))
  assert.ok(written < 20 * 2 ** 20, `${written} bytes were taken from the client`)
  goOn()
  assert.match(await answered, /^HTTP\/1\.1 200 /)
})

test('a server that stops answers what is at hand, and takes nothing new', async () => {
  const { intake, server, url } = await serve()
  let commit = () => {}
  intake.pressure = new Promise((resolve) => {
    commit = resolve
  })
  const reply = fetch(`${url}/logs/_bulk`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: one(1),
  })
  await new Promise((resolve) => setTimeout(resolve, 100))
  const stopped = server.stop()
  await assert.rejects(fetch(url))
  commit()
  assert.equal((await reply).status, 200)
  await stopped
  assert.equal((await intake.stored()).length, 1)
})

test('the socket is open to its owner alone and may change things', async () => {
  const socket = join(folder, 'a.sock')
  const changes = new Hono<HttpEnv>().post('/api/v1/x', (c) => c.text('changed'))
  const { url, server } = await serve({ socket, resources: [changes] })
  assert.equal(statSync(socket).mode & 0o777, 0o600)
  assert.equal(server.addresses[1], socket)
  assert.equal((await fetch(`${url}/api/v1/x`, { method: 'POST' })).status, 403)
  assert.equal(await statusOf(request({ socketPath: socket, path: '/api/v1/x', method: 'POST' })), 200)
})

test('a socket that a killed server left behind is taken over, one that is in use and a plain file are not', async () => {
  const left = join(folder, 'left.sock')
  const { spawnSync } = await import('node:child_process')
  const code = `require('net').createServer().listen(${JSON.stringify(left)}, () => process.kill(process.pid, 'SIGKILL'))`
  spawnSync(process.execPath, ['-e', code])
  assert.ok(statSync(left).isSocket())
  await serve({ socket: left })
  await assert.rejects(serve({ socket: left }), refusedWith('HTTP_LISTEN_FAILED'))
  const file = join(folder, 'notes.txt')
  writeFileSync(file, 'mine')
  await assert.rejects(serve({ socket: file }), refusedWith('HTTP_LISTEN_FAILED'))
  assert.equal(readFileSync(file, 'utf8'), 'mine')
  await assert.rejects(serve({ socket: join(folder, 'x'.repeat(120)) }), refusedWith('HTTP_LISTEN_FAILED'))
})

const REFUSED: readonly {
  readonly listen: string
  readonly options?: Partial<ServerOptions>
  readonly code: string
}[] = [
  { listen: '0.0.0.0:0', code: 'HTTP_NEEDS_KEYS' },
  { listen: '[::]:0', code: 'HTTP_NEEDS_KEYS' },
  { listen: 'oddsock.example:9200', code: 'HTTP_NEEDS_KEYS' },
  { listen: '0.0.0.0:0', options: { tls: TLS }, code: 'HTTP_NEEDS_KEYS' },
  { listen: '0.0.0.0:0', options: { keys: KEYS }, code: 'HTTP_NEEDS_TLS' },
  { listen: '9200', code: 'HTTP_ADDRESS_INVALID' },
  { listen: 'localhost:99999', code: 'HTTP_ADDRESS_INVALID' },
  { listen: '::1:9200', code: 'HTTP_ADDRESS_INVALID' },
  { listen: '127.0.0.1:0', options: { tls: { ...TLS, key: testdata('other-key.pem') } }, code: 'HTTP_TLS_UNREADABLE' },
  {
    listen: '127.0.0.1:0',
    options: { tls: { ...TLS, cert: testdata('bulk-clients.ndjson') } },
    code: 'HTTP_TLS_UNREADABLE',
  },
  { listen: '127.0.0.1:0', options: { tls: { ...TLS, key: '/nowhere/key.pem' } }, code: 'HTTP_TLS_UNREADABLE' },
]

for (const { listen, options, code } of REFUSED)
  test(`to listen on ${listen} with ${Object.keys(options ?? {}).join(' and ') || 'nothing'} is refused: ${code}`, async () => {
    await assert.rejects(serve({ listen: [listen], ...options }), refusedWith(code))
  })

test('a port that is taken is told, and what was opened before is closed again', async () => {
  const { port } = await serve()
  await assert.rejects(serve({ listen: ['127.0.0.1:0', `127.0.0.1:${port}`] }), refusedWith('HTTP_LISTEN_FAILED'))
})

test('with keys and TLS it listens elsewhere, and wants a key there', async () => {
  const { port, server } = await serve({ listen: ['0.0.0.0:0'], keys: KEYS, tls: TLS })
  assert.match(server.addresses[0]!, /^https:\/\/0\.0\.0\.0:/)
  const ca = readFileSync(TLS.cert)
  const ask = (headers: Record<string, string>) =>
    statusOf(tlsRequest({ host: 'localhost', family: 4, port, ca, headers, path: '/_license' }))
  assert.equal(await ask({}), 401)
  assert.equal(await ask({ authorization: `Bearer ${KEY.key}` }), 200)
})

async function statusOf(asked: ClientRequest): Promise<number> {
  asked.end()
  const [response] = (await once(asked, 'response')) as [{ statusCode: number; resume(): void }]
  response.resume()
  return response.statusCode
}
