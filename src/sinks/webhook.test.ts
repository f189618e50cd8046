import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { checkValue } from '../domain/fault.ts'
import { messageOf, type Received, sinkContract } from './contract.ts'
import { DeliveryError, type Sink } from './sink.ts'
import { webhook } from './webhook.ts'

const OLD = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const NEW = `whsec_${Buffer.alloc(32, 'new secret').toString('base64')}`

const folder = mkdtempSync(join(tmpdir(), 'oddsock-webhook-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const fileOf = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const secret_file = fileOf('secret', `${OLD}\n`)

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

async function listen(server: Server, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

async function shut(server: Server): Promise<void> {
  server.closeAllConnections()
  if (!server.listening) return
  server.close()
  await once(server, 'close')
}

/** A receiver that keeps what the reference library finds well signed, and refuses all else. */
class Receiver {
  readonly received: Received[] = []
  readonly #verifier: Webhook

  constructor(secret: string) {
    this.#verifier = new Webhook(secret)
  }

  readonly listener: RequestListener = async (request, response) => {
    const body = await bodyOf(request)
    try {
      const { type, data } = this.#verifier.verify(body, request.headers as Record<string, string>) as {
        type: string
        data: unknown
      }
      const id = String(request.headers['webhook-id'])
      this.received.push({ id, reason: type.replace('alert.', ''), alert: data })
      response.writeHead(204).end()
    } catch {
      response.writeHead(401).end()
    }
  }
}

sinkContract('webhook', async () => {
  const receiver = new Receiver(OLD)
  let server = createServer(receiver.listener)
  const port = await listen(server)
  return {
    sink: await webhook.open('hook', { url: `http://127.0.0.1:${port}/alerts`, secret_file }),
    received: async () => receiver.received,
    goAway: () => shut(server),
    comeBack: async () => {
      server = createServer(receiver.listener)
      await listen(server, port)
    },
    remove: () => shut(server),
  }
})

/** Opens a sink before a server that answers in this way; `uses` is told the sink and what was asked of the server. */
async function withServer(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  use: (sink: Sink, asked: readonly string[], port: number) => Promise<void>,
  options: { path?: string; secret?: string } = {},
): Promise<void> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    answer(request, response)
  })
  const port = await listen(server)
  const url = `http://127.0.0.1:${port}${options.path ?? '/'}`
  const sink = await webhook.open('hook', { url, secret_file: options.secret ?? secret_file })
  try {
    await use(sink, asked, port)
  } finally {
    await sink.close()
    await shut(server)
  }
}

test('while one secret replaces another, receivers that know either of them accept', async () => {
  const both = fileOf('both', `${NEW}\n${OLD}\n`)
  for (const known of [OLD, NEW]) {
    const receiver = new Receiver(known)
    await withServer(receiver.listener, (sink) => sink.deliver(messageOf(0)), { secret: both })
    assert.equal(receiver.received.length, 1)
  }
  const receiver = new Receiver(`whsec_${Buffer.alloc(32, 'another').toString('base64')}`)
  await withServer(receiver.listener, (sink) => assert.rejects(sink.deliver(messageOf(0)), DeliveryError), {
    secret: both,
  })
})

test('a sealed letter: id, time and signature are in the headers, and path and query are those of the address', () =>
  withServer(
    (request, response) => {
      assert.equal(request.headers['content-type'], 'application/json')
      assert.equal(request.headers['webhook-id'], messageOf(2).notice.id)
      assert.match(String(request.headers['webhook-timestamp']), /^\d{10}$/)
      assert.match(String(request.headers['webhook-signature']), /^v1,[A-Za-z0-9+/]{43}=$/)
      response.end()
    },
    async (sink, asked) => {
      await sink.deliver(messageOf(2))
      assert.deepEqual(asked, ['POST /alerts?for=%C3%A4'])
    },
    { path: '/alerts?for=%C3%A4' },
  ))

const ANSWERS: readonly { status: number; refused?: boolean; retryAfter?: number; header?: string; why: string }[] = [
  { status: 200, why: 'taken' },
  { status: 202, why: 'taken, for later work' },
  { status: 204, why: 'taken, with nothing to say' },
  { status: 301, refused: true, why: 'a redirect is not followed' },
  { status: 307, refused: true, why: 'nor one that keeps the method' },
  { status: 400, refused: true, why: 'not understood' },
  { status: 404, refused: true, why: 'nobody of that name' },
  { status: 408, refused: false, why: 'too slow this time' },
  { status: 410, refused: true, why: 'gone for good' },
  { status: 413, refused: true, why: 'too large' },
  { status: 429, refused: false, header: '7', retryAfter: 7_000, why: 'too many, and when to come again' },
  { status: 429, refused: false, header: 'Wed, 21 Oct 2026 07:28:00 GMT', why: 'a date is not read' },
  { status: 500, refused: false, why: 'broken' },
  { status: 503, refused: false, header: '120', retryAfter: 120_000, why: 'under repair' },
]

test('an answer says whether a message is taken, refused, or may come again', async () => {
  for (const { status, refused, retryAfter, header, why } of ANSWERS)
    await withServer(
      (_, response) => {
        response.writeHead(status, { location: '/elsewhere', ...(header !== undefined && { 'retry-after': header }) })
        response.end()
      },
      async (sink, asked, port) => {
        const failure: unknown = await sink.deliver(messageOf(0)).then(
          () => undefined,
          (error: unknown) => error,
        )
        assert.equal(asked.length, 1, why)
        if (refused === undefined) return assert.equal(failure, undefined, why)
        assert.ok(failure instanceof DeliveryError, why)
        assert.equal(failure.refused, refused, why)
        assert.equal(failure.retryAfter, retryAfter, why)
        assert.equal(
          failure.message,
          `Cannot deliver to http://127.0.0.1:${port}: it answered ${status}, expected 200 to 299`,
        )
      },
      { path: '/secret-path?token=secret' },
    )
})

test('an answer without end is not read', () =>
  withServer(
    (_, response) => {
      response.writeHead(200)
      const flood = setInterval(() => response.write('x'.repeat(65_536)), 1)
      response.on('close', () => clearInterval(flood))
    },
    (sink) => sink.deliver(messageOf(0)),
  ))

test('a server that takes the connection and says nothing holds nobody who wants to stop', () =>
  withServer(
    () => {},
    async (sink) => {
      const stop = new AbortController()
      const delivery = sink.deliver(messageOf(0), stop.signal)
      setTimeout(() => stop.abort(), 50)
      await assert.rejects(delivery)
    },
  ))

/** Both certificates sign themselves, for 127.0.0.1 and a hundred years: `openssl req -x509 -newkey ec …`. */
test('a certificate is checked: by own authorities where they are named', async () => {
  const receiver = new Receiver(OLD)
  const file = (name: string) => join(import.meta.dirname, 'testdata', name)
  const server = createTlsServer(
    { key: readFileSync(file('receiver.key')), cert: readFileSync(file('receiver.pem')) },
    receiver.listener,
  )
  const url = `https://127.0.0.1:${await listen(server)}/`
  for (const { trusted, arrives } of [
    { trusted: { ca_file: file('receiver.pem') }, arrives: true },
    { trusted: { ca_file: file('stranger.pem') }, arrives: false },
    { trusted: {}, arrives: false },
  ]) {
    const sink = await webhook.open('hook', { url, secret_file, ...trusted })
    if (arrives) await sink.deliver(messageOf(0))
    else await assert.rejects(sink.deliver(messageOf(0)))
    await sink.close()
  }
  await shut(server)
  assert.equal(receiver.received.length, 1)
})

test('the secret may come from the environment, and the address from a file', async () => {
  const receiver = new Receiver(OLD)
  await withServer(receiver.listener, async (_, __, port) => {
    process.env.ODDSOCK_TEST_SECRET = OLD
    const url_file = fileOf('url', `http://127.0.0.1:${port}/token\n`)
    const sink = await webhook.open('hook', { url_file, secret_env: 'ODDSOCK_TEST_SECRET' })
    await sink.deliver(messageOf(0))
    await sink.close()
  })
  assert.equal(receiver.received.length, 1)
})

test('what a webhook points to must be there, and what is wrong with it is told without telling it', async () => {
  const url = 'https://hooks.example.org/'
  const cases = [
    { options: { url, secret_file: join(folder, 'none') }, code: 'SINK_FILE_UNREADABLE' },
    { options: { url, secret_env: 'ODDSOCK_NOT_SET' }, code: 'SINK_SECRET_UNREADABLE' },
    { options: { url, secret_file, ca_file: join(folder, 'none') }, code: 'SINK_FILE_UNREADABLE' },
    { options: { url_file: fileOf('bad', 'ftp://user:hunter2@x/'), secret_file }, code: 'SINK_ADDRESS_UNREADABLE' },
  ]
  for (const { options, code } of cases)
    await assert.rejects(webhook.open('hook', options), (error: Error & { code: string }) => {
      assert.equal(error.code, code)
      assert.ok(!error.message.includes('hunter2'))
      return true
    })
})

test('settings that cannot work are found before anything is opened', () => {
  const url = 'https://hooks.example.org/'
  const cases: readonly { options: unknown; says: string }[] = [
    { options: { secret_file }, says: 'either url or url_file' },
    { options: { url, url_file: 'x', secret_file }, says: 'either url or url_file' },
    { options: { url }, says: 'either secret_file or secret_env' },
    { options: { url, secret_file, secret_env: 'X' }, says: 'either secret_file or secret_env' },
    { options: { url: 'hooks.example.org', secret_file }, says: 'url is "hooks.example.org", expected an address' },
    { options: { url: 'https://me:pw@x.example/', secret_file }, says: 'without user name and password' },
    { options: { url, secret_file, secret: 'x' }, says: 'secret' },
  ]
  for (const { options, says } of cases) {
    const { problems } = checkValue(webhook.options, options)
    assert.ok(
      problems.some((problem) => problem.says.includes(says)),
      `${says}: ${JSON.stringify(problems)}`,
    )
  }
  assert.deepEqual(checkValue(webhook.options, { url, secret_file }).problems, [])
})
