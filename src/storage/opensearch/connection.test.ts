import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { Connection, type ConnectionOptions } from './connection.ts'
import { bulk, search } from './journal.ts'

/** What the protocol of the cluster may say, from a server of the test: a real cluster says most of it only in trouble. */

const TESTDATA = new URL('../../http/testdata/', import.meta.url)
const tls = { cert: readFileSync(new URL('cert.pem', TESTDATA)), key: readFileSync(new URL('key.pem', TESTDATA)) }

type Answer = readonly [status: number, body: unknown]

interface Asked {
  readonly path: string
  readonly authorization: string | undefined
  readonly body: string
}

const closing: (() => Promise<unknown>)[] = []
after(async () => {
  for (const close of closing) await close()
})

/** Answers one after the other; the last one again and again. */
async function cluster(answers: readonly Answer[], secure = false) {
  const asked: Asked[] = []
  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const bytes = await buffer(request)
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes
    const { authorization } = request.headers
    asked.push({ path: request.url ?? '', authorization, body: body.toString('utf8') })
    return answers[Math.min(asked.length, answers.length) - 1]!
  }
  const listener: Parameters<typeof createServer>[1] = async (request, response) => {
    const [status, body] = await answer(request)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
  const server: Server = secure ? createTlsServer(tls, listener) : createServer(listener)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  closing.push(async () => {
    server.closeAllConnections()
    await once(server.close(), 'close')
  })
  const { port } = server.address() as AddressInfo
  return { asked, url: `${secure ? 'https://localhost' : 'http://127.0.0.1'}:${port}` }
}

async function open(url: string, options: Partial<ConnectionOptions> = {}): Promise<Connection> {
  const connection = await Connection.open({ nodes: [url], ...options })
  closing.push(() => connection.close())
  return connection
}

function errorOf(type: string, reason: string): unknown {
  return { error: { root_cause: [{ type, reason }], type, reason } }
}

const WELL: Answer = [200, { well: true }]

for (const [what, answer, told] of [
  ['too busy', [429, errorOf('rejected_execution_exception', 'queue is full')], /overloaded.*429.*queue is full/],
  ['incomplete', [503, errorOf('no_shard_available_action_exception', 'no shard')], /incomplete.*503.*no shard/],
  [
    'without room',
    [403, errorOf('cluster_block_exception', 'index [a] blocked by: [FORBIDDEN/12/read-only / allow delete (api)];')],
    /does not take anything in.*FORBIDDEN\/12/,
  ],
] as const satisfies readonly (readonly [string, Answer, RegExp])[])
  test(`a cluster that is ${what} is waited for, and the trouble is told with its beginning until it is over`, async () => {
    const { asked, url } = await cluster([answer, answer, WELL])
    const connection = await open(url)
    const begun = Date.now()
    const reply = connection.request('GET', '/a')
    while (!connection.trouble) await sleep(5)
    const { what: says, since } = connection.trouble
    assert.match(says, told)
    assert.ok(Date.parse(since) >= begun - 1)
    assert.deepEqual(await reply, { status: 200, body: { well: true } })
    assert.equal(connection.trouble, undefined)
    assert.ok(asked.length >= 3)
  })

for (const [what, answer, code] of [
  ['does not know us', [401, errorOf('security_exception', 'unable to authenticate user')], 'STORAGE_DENIED'],
  ['does not allow it', [403, errorOf('security_exception', 'no permissions for [create_index]')], 'STORAGE_DENIED'],
  [
    'has another writer',
    [403, errorOf('cluster_block_exception', '[FORBIDDEN/8/index write (api)]')],
    'STORAGE_FENCED',
  ],
  ['does not understand', [400, errorOf('parsing_exception', 'unknown query')], 'STORAGE_REFUSED'],
] as const satisfies readonly (readonly [string, Answer, string])[])
  test(`a cluster that ${what} is asked once: ${code}`, async () => {
    const { asked, url } = await cluster([answer])
    const connection = await open(url)
    await assert.rejects(connection.request('PUT', '/a'), { code })
    assert.equal(asked.length, 1)
  })

test('name and password, or a key, go along with each request', async () => {
  const { asked, url } = await cluster([WELL])
  for (const options of [{ username: 'odd', password: 'sock:1' }, { apiKey: 'aWQ6c2VjcmV0' }])
    await (await open(url, options)).request('GET', '/')
  // RFC 7617: base64 of "odd:sock:1".
  assert.deepEqual(
    asked.map(({ authorization }) => authorization),
    ['Basic b2RkOnNvY2s6MQ==', 'ApiKey aWQ6c2VjcmV0'],
  )
})

test('a node whose certificate the given authority has signed is talked to', async () => {
  const { url } = await cluster([WELL], true)
  const connection = await open(url, { ca: tls.cert.toString('utf8') })
  assert.equal((await connection.request('GET', '/')).status, 200)
})

test('a node whose certificate nobody vouches for gets nothing, and the trouble says why; closing ends the wait', async () => {
  const { asked, url } = await cluster([WELL], true)
  const connection = await open(url, { username: 'odd', password: 'sock' })
  const reply = connection.request('GET', '/').catch((error) => error)
  while (!connection.trouble) await sleep(5)
  assert.match(connection.trouble.what, /Cannot reach OpenSearch: .*certificate/)
  await connection.close()
  assert.equal((await reply).code, 'STORAGE_CLOSED')
  assert.deepEqual(asked, [])
})

test('a node that is gone is passed by', async () => {
  const gone = createServer()
  await once(gone.listen(0, '127.0.0.1'), 'listening')
  const { port } = gone.address() as AddressInfo
  await once(gone.close(), 'close')
  const { url } = await cluster([WELL])
  const connection = await open(url, { nodes: [`http://127.0.0.1:${port}`, url] })
  for (let i = 0; i < 4; i++) assert.equal((await connection.request('GET', '/')).status, 200)
  assert.equal(connection.trouble, undefined)
})

for (const [what, more] of [
  ['some shards have failed', { _shards: { failed: 1 }, timed_out: false }],
  ['the time has run out', { _shards: { failed: 0 }, timed_out: true }],
] as const)
  test(`an answer is none where ${what}`, async () => {
    const { url } = await cluster([[200, { ...more, hits: { hits: [{ _id: '1' }] } }]])
    await assert.rejects(search(await open(url), 'a', {}), { code: 'STORAGE_REFUSED' })
  })

const LINES = ['1', '2', '3'].flatMap((id) => [{ create: { _index: 'a', _id: id } }, { n: id }])

function items(...statuses: readonly (readonly [number, string?, string?])[]): Answer {
  const told = statuses.map(([status, type, reason = '']) => ({
    create: { status, ...(type !== undefined && { error: { type, reason } }) },
  }))
  return [200, { errors: true, items: told }]
}

test('of a bulk request that is done in part, only the rest is sent again', async () => {
  const { asked, url } = await cluster([
    items([201], [429, 'rejected_execution_exception'], [503, 'unavailable_shards_exception']),
    items([201], [409, 'version_conflict_engine_exception']),
  ])
  await bulk(await open(url), LINES)
  const ids = asked.map(({ body }) => [...body.matchAll(/"_id":"(\d)"/g)].map(([, id]) => id))
  assert.deepEqual(ids, [
    ['1', '2', '3'],
    ['2', '3'],
  ])
})

test('a document that the cluster does not take ends a bulk request with its reason', async () => {
  const { url } = await cluster([items([201], [400, 'mapper_parsing_exception', 'failed to parse field [n]'], [201])])
  await assert.rejects(bulk(await open(url), LINES), {
    code: 'STORAGE_REFUSED',
    message: /failed to parse field \[n\]/,
  })
})

test('a bulk request to indices that another writer has closed is refused for good', async () => {
  const { url } = await cluster([
    items([403, 'cluster_block_exception', 'blocked by: [FORBIDDEN/8/index write (api)];']),
  ])
  await assert.rejects(bulk(await open(url), LINES.slice(0, 2)), { code: 'STORAGE_FENCED' })
})

test('who has no patience is told which nodes do not answer, without their passwords', async () => {
  const connection = await Connection.open({ nodes: ['http://me:secret@127.0.0.1:1'], patience: 300 })
  await assert.rejects(connection.request('GET', '/'), (error: { code: string; message: string; where: string }) => {
    assert.equal(error.code, 'STORAGE_UNREACHABLE')
    assert.match(error.message, /ECONNREFUSED/)
    assert.equal(error.where, 'http://127.0.0.1:1')
    return true
  })
  await connection.close()
})

test('a cluster that has answered once is waited for, however short the patience', async () => {
  const { url, asked } = await cluster([[200, {}], ...Array<Answer>(3).fill([503, {}]), [200, {}]])
  const connection = await open(url, { patience: 1 })
  for (let i = 0; i < 2; i++) assert.equal((await connection.request('GET', '/')).status, 200)
  assert.equal(asked.length >= 3, true)
})

test('waiting for a cluster ends when it is told to', async () => {
  const stopping = new AbortController()
  const connection = await Connection.open({ nodes: ['http://127.0.0.1:1'], signal: stopping.signal })
  const asked = assert.rejects(connection.request('GET', '/'), { code: 'STORAGE_CLOSED' })
  stopping.abort()
  await asked
})
