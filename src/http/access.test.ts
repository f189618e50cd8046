import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Hono } from 'hono'
import { SILENT } from '../domain/log.ts'
import { type ApiKeys, drawApiKey, NO_KEYS, parseApiKeys } from './api-keys.ts'
import type { HttpEnv } from './http-env.ts'
import { routes } from './routes.ts'

const drawn = {
  shipper: drawApiKey('web-fleet', 'ingest'),
  looker: drawApiKey('wall', 'read'),
  boss: drawApiKey('ops', 'manage'),
}
const KEYS = parseApiKeys(
  Object.values(drawn)
    .map(({ line }) => line)
    .join('\n'),
  'keys',
)

const base64 = (text: string) => Buffer.from(text).toString('base64')
const asShipper = { authorization: `ApiKey ${base64(`web-fleet:${drawn.shipper.key}`)}` }
const asLooker = { authorization: `Bearer ${drawn.looker.key}` }
const asBoss = { authorization: `Basic ${base64(`ops:${drawn.boss.key}`)}` }

async function status(
  keys: ApiKeys,
  request: string,
  headers: Record<string, string>,
  door: 'tcp' | 'socket' = 'tcp',
): Promise<number> {
  const everything = new Hono<HttpEnv>().all('*', (c) => c.text('in'))
  const app = routes({ keys, hosts: ['Oddsock.Example'], resources: [everything], log: SILENT })
  const [method = '', path = ''] = request.split(' ')
  return (await app.request(path, { method, headers }, { door })).status
}

interface Case {
  readonly request: string
  readonly headers?: Record<string, string>
  readonly expect: number
}

const WITHOUT_KEYS: readonly Case[] = [
  { request: 'POST /_bulk', expect: 200 },
  { request: 'PUT /_index_template/x', expect: 200 },
  { request: 'GET /', expect: 200 },
  { request: 'GET /api/v1/alerts', expect: 200 },
  { request: 'PATCH /api/v1/alerts/1', expect: 403 },
  { request: 'POST /%61pi/v1/exceptions', expect: 403 },
  { request: 'DELETE /api', expect: 403 },
  { request: 'POST /metrics', expect: 403 },
  { request: 'GET /', headers: { host: 'localhost:9277' }, expect: 200 },
  { request: 'GET /', headers: { host: '127.0.0.1:9277' }, expect: 200 },
  { request: 'GET /', headers: { host: '[::1]:9277' }, expect: 200 },
  { request: 'GET /', headers: { host: 'oddsock.example' }, expect: 200 },
  { request: 'GET /', headers: { host: 'rebound.example:9277' }, expect: 403 },
  { request: 'POST /_bulk', headers: { host: 'rebound.example:9277' }, expect: 403 },
  { request: 'GET /', headers: { host: 'localhost.rebound.example' }, expect: 403 },
  { request: 'GET /healthz', headers: { host: 'rebound.example' }, expect: 403 },
  { request: 'POST /_bulk', headers: { host: 'localhost:9277', origin: 'http://localhost:9277' }, expect: 200 },
  { request: 'POST /_bulk', headers: { host: 'localhost:9277', origin: 'http://localhost:8000' }, expect: 403 },
  { request: 'POST /_bulk', headers: { host: 'localhost:9277', origin: 'https://shop.example' }, expect: 403 },
  { request: 'POST /_bulk', headers: { host: 'localhost:9277', origin: 'null' }, expect: 403 },
  { request: 'GET /', headers: { host: 'rebound.example', origin: 'http://rebound.example' }, expect: 403 },
]

const WITH_KEYS: readonly Case[] = [
  { request: 'GET /healthz', expect: 200 },
  { request: 'GET /readyz', expect: 401 },
  { request: 'GET /', expect: 401 },
  { request: 'POST /_bulk', expect: 401 },
  { request: 'POST /healthz', expect: 401 },
  { request: 'POST /_bulk', headers: { authorization: 'ApiKey rubbish' }, expect: 401 },
  { request: 'POST /_bulk', headers: { authorization: '' }, expect: 401 },
  { request: 'POST /_bulk', headers: asShipper, expect: 200 },
  { request: 'GET /_license', headers: asShipper, expect: 200 },
  { request: 'GET /api/v1/alerts', headers: asShipper, expect: 403 },
  { request: 'GET /', headers: { ...asShipper, accept: 'text/html' }, expect: 403 },
  { request: 'POST /_bulk', headers: asLooker, expect: 403 },
  { request: 'GET /metrics', headers: asLooker, expect: 200 },
  { request: 'GET /', headers: { ...asLooker, accept: 'text/html,*/*' }, expect: 200 },
  { request: 'PATCH /api/v1/alerts/1', headers: asLooker, expect: 403 },
  { request: 'PATCH /api/v1/alerts/1', headers: asBoss, expect: 200 },
  { request: 'POST /_bulk', headers: asBoss, expect: 200 },
  {
    request: 'PATCH /api/v1/alerts/1',
    headers: { ...asBoss, host: 'o.example', origin: 'http://evil.example' },
    expect: 403,
  },
  { request: 'GET /', headers: { ...asLooker, host: 'any.example', accept: 'text/html' }, expect: 200 },
  { request: 'POST /_bulk', headers: { authorization: `ApiKey ${base64(`ops:${drawn.shipper.key}`)}` }, expect: 401 },
]

for (const { request, headers = {}, expect } of WITHOUT_KEYS)
  test(`without keys, ${request} ${JSON.stringify(headers)} is answered with ${expect}`, async () => {
    assert.equal(await status(NO_KEYS, request, headers), expect)
  })

for (const { request, headers = {}, expect } of WITH_KEYS) {
  const shown = headers.authorization?.slice(0, 10) ?? 'no key'
  test(`with keys, ${request} by ${shown} from ${headers.origin ?? headers.accept ?? 'a program'} is answered with ${expect}`, async () => {
    assert.equal(await status(KEYS, request, headers), expect)
  })
}

test('who can open the socket may do everything', async () => {
  for (const keys of [NO_KEYS, KEYS])
    assert.equal(await status(keys, 'PATCH /api/v1/alerts/1', { host: 'anything' }, 'socket'), 200)
})

test('clients of Elasticsearch are refused in the media type that they asked for, all others with a problem', async () => {
  const app = routes({ keys: KEYS, resources: [new Hono<HttpEnv>()], log: SILENT })
  // As the Python clients of versions 8 and 9 ask, which know no other types than these.
  const accept = 'application/vnd.elasticsearch+json; compatible-with=9'
  const wrongKey = { authorization: `ApiKey ${base64('a:b')}` }
  const shipper = await app.request('/logs/_doc', { method: 'POST', headers: { ...wrongKey, accept } })
  assert.equal(shipper.status, 401)
  assert.equal(shipper.headers.get('content-type'), 'application/vnd.elasticsearch+json;compatible-with=9')
  assert.equal(shipper.headers.get('x-elastic-product'), 'Elasticsearch')
  assert.match(shipper.headers.get('www-authenticate') ?? '', /ApiKey/)
  const { error, status } = (await shipper.json()) as { error: { reason: string }; status: number }
  assert.match(error.reason, /unknown API key/)
  assert.equal(status, 401)
  for (const path of ['/api/v1/alerts', '/metrics', '/readyz'])
    assert.equal(
      (await app.request(path, { headers: { accept } })).headers.get('content-type'),
      'application/problem+json',
    )
})
