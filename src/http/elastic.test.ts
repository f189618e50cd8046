import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { AppError } from '../domain/error.ts'
import { text } from '../domain/field.ts'
import { SILENT } from '../domain/log.ts'
import { NO_KEYS } from './api-keys.ts'
import { elastic } from './elastic.ts'
import { PushSource } from './push-source.ts'
import { routes } from './routes.ts'
import { MemoryIntake } from './testing/memory-intake.ts'

const NOW = Date.UTC(2026, 2, 1)
const NDJSON = { 'content-type': 'application/x-ndjson' }

async function open(limits?: { bytes: number; patience: number }) {
  const intake = new MemoryIntake()
  const source = new PushSource()
  await source.start(intake)
  const resource = elastic({ source, now: () => NOW, ...(limits && { limits }) })
  const app = routes({ resources: [resource], keys: NO_KEYS, log: SILENT })
  const post = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = NDJSON) =>
    Promise.resolve(app.request(path, { method: 'POST', headers, body }))
  return {
    intake,
    source,
    app,
    post,
    get: (path: string, headers = {}) => Promise.resolve(app.request(path, { headers })),
  }
}

/** A reply of `_bulk`, as far as these tests look. */
interface BulkReply {
  readonly errors: boolean
  readonly items: readonly Readonly<
    Record<string, { readonly status: number; readonly _id: string; readonly error?: { readonly reason: string } }>
  >[]
}

const lines = (...documents: readonly string[]) => documents.map((line) => `${line}\n`).join('')

describe('_bulk', () => {
  test('takes each document once, with the time of its receipt as its clock', async () => {
    const { intake, post } = await open()
    const reply = await post(
      '/_bulk',
      lines('{"create":{"_index":"logs","_id":"1"}}', '{"@timestamp":"2026-02-01T00:00:00Z"}'),
    )
    assert.equal(reply.status, 200)
    const { errors, items } = (await reply.json()) as BulkReply
    assert.equal(errors, false)
    assert.equal(items[0]!.create!.status, 201)
    assert.deepEqual(await intake.stored(), [{ '@timestamp': '2026-02-01T00:00:00Z', _index: 'logs', _id: '1' }])
    assert.deepEqual([intake.pieces[0]!.clock, intake.pieces[0]!.source], ['receipt', 'bulk'])
  })

  test('answers each item, keeps what is wrong as rejects and takes the rest', async () => {
    const { intake, post } = await open()
    const body = lines(
      '{"create":{"_id":"1"}}',
      '{"message":"good"}',
      '{"index":{"_id":"2"}}',
      '{"message":',
      '{"delete":{"_id":"1"}}',
      '{"update":{"_id":"1"}}',
      '{"doc":{"message":"changed"}}',
      'rubbish',
      '{"message":"lost its action"}',
      '{"create":{"_id":"3"}}',
      '{"message":"good too"}',
    )
    const { errors, items } = (await (await post('/logs/_bulk', body)).json()) as BulkReply
    assert.equal(errors, true)
    assert.deepEqual(
      items.map((item) => Object.entries(item).map(([op, { status }]) => [op, status])[0]),
      [
        ['create', 201],
        ['index', 400],
        ['delete', 400],
        ['update', 400],
        ['index', 400],
        ['create', 201],
      ],
    )
    assert.deepEqual(
      (await intake.stored()).map((event) => text(event, 'message')),
      ['good', 'good too'],
    )
    assert.deepEqual(
      intake.rejects.map(({ reason }) => reason),
      [
        'document that is no JSON',
        'delete, where documents are only added',
        'update, where documents are only added',
        'action line that is no JSON object',
      ],
    )
  })

  test('that is sent again brings nothing new, with ids or without', async () => {
    const { intake, post } = await open()
    const body = lines('{"create":{"_id":"1"}}', '{"n":1}', '{"create":{}}', '{"n":2}', '{"create":{}}', '{"n":2}')
    for (let i = 0; i < 3; i++) await post('/logs/_bulk', body)
    assert.deepEqual(
      (await intake.stored()).map((event) => text(event, 'n')),
      ['1', '2', '2'],
    )
  })

  test('is handed on in pieces, in order, and equal documents in different pieces are still two', async () => {
    const { intake, post } = await open()
    const numbers = Array.from({ length: 1700 }, (_, i) => i % 1000)
    await post('/logs/_bulk', numbers.map((n) => `{"create":{}}\n{"n":${n}}\n`).join(''))
    assert.ok(intake.pieces.length >= 4)
    assert.deepEqual(
      (await intake.stored()).map((event) => Number(text(event, 'n'))),
      numbers,
    )
  })

  test('is answered only when its documents are committed', async () => {
    const { intake, post } = await open()
    let commit = () => {}
    intake.pressure = new Promise((resolve) => {
      commit = resolve
    })
    let answered = false
    const reply = post('/logs/_bulk', lines('{"create":{}}', '{"n":1}')).then((response) => {
      answered = true
      return response
    })
    await new Promise((resolve) => setTimeout(resolve, 50))
    assert.equal(answered, false)
    commit()
    assert.equal((await reply).status, 200)
  })

  test('is asked to come again when the engine is stopping', async () => {
    const { source, post } = await open()
    await source.stop()
    const reply = await post('/logs/_bulk', lines('{"create":{}}', '{"n":1}'))
    assert.equal(reply.status, 503)
    assert.equal(reply.headers.get('retry-after'), '5')
    assert.equal(reply.headers.get('x-elastic-product'), 'Elasticsearch')
    assert.equal(((await reply.json()) as { status: number }).status, 503)
  })

  test('is taken packed with gzip', async () => {
    const { intake, post } = await open()
    const body = Uint8Array.from(gzipSync(lines('{"create":{}}', '{"n":1}')))
    const reply = await post('/logs/_bulk', body, { ...NDJSON, 'content-encoding': 'gzip' })
    assert.equal(reply.status, 200)
    assert.equal((await intake.stored()).length, 1)
  })

  test('of more bytes than the limit is refused, also when gzip hides them', async () => {
    const { post } = await open({ bytes: 100_000, patience: 1000 })
    const large = lines('{"create":{}}', `{"message":"${'x'.repeat(100_000)}"}`)
    assert.equal((await post('/logs/_bulk', large)).status, 413)
    const bomb = Uint8Array.from(gzipSync(large))
    assert.ok(bomb.length < 1000)
    assert.equal((await post('/logs/_bulk', bomb, { ...NDJSON, 'content-encoding': 'gzip' })).status, 413)
  })

  test('with damaged gzip, or packed in an unknown way, is refused', async () => {
    const { post } = await open()
    const packed = gzipSync(lines('{"create":{}}', '{"n":1}'))
    const cut = Uint8Array.from(packed.subarray(0, packed.length - 10))
    assert.equal((await post('/logs/_bulk', cut, { ...NDJSON, 'content-encoding': 'gzip' })).status, 400)
    assert.equal((await post('/logs/_bulk', 'rubbish', { ...NDJSON, 'content-encoding': 'gzip' })).status, 400)
    assert.equal((await post('/logs/_bulk', 'rubbish', { ...NDJSON, 'content-encoding': 'br' })).status, 415)
  })

  // Java clients can be told to write in these: https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk
  test('in another notation than JSON is refused as a whole, not line by line', async () => {
    const { intake, post } = await open()
    for (const type of [
      'application/cbor',
      'application/smile',
      'application/vnd.elasticsearch+cbor;compatible-with=8',
    ])
      assert.equal((await post('/_bulk', lines('x', 'y'), { 'content-type': type })).status, 415)
    assert.deepEqual(intake.rejects, [])
  })

  test('without any item, or of a type that a form could send, is refused', async () => {
    const { intake, post } = await open()
    assert.equal((await post('/_bulk', '\n')).status, 400)
    for (const type of [
      'application/x-www-form-urlencoded',
      'text/plain;charset=utf-8',
      'multipart/form-data; boundary=x',
    ])
      assert.equal((await post('/_bulk', lines('{"create":{}}', '{"n":1}'), { 'content-type': type })).status, 415)
    assert.deepEqual(await intake.stored(), [])
  })

  // The high-level client for Java of 7.17, and what is built on it, takes an item without `_type` for a broken reply and sends all
  // again. Elasticsearch 7 has it in each item, and so has 8 for clients that ask for compatibility with 7; 8 and 9 have none.
  test('is answered with the type that versions up to 7 have, and without it to clients of later ones', async () => {
    const { post } = await open()
    const v = 'application/vnd.elasticsearch+json;compatible-with='
    for (const [accept, type] of [
      ['application/json', '_doc'],
      [`${v}7`, '_doc'],
      [`${v}8`, undefined],
      [`${v}9`, undefined],
    ] as const) {
      const body = lines('{"index":{}}', '{"n":1}', '{"index":{}}', '{"n":')
      const { items } = (await (await post('/logs/_bulk', body, { ...NDJSON, accept })).json()) as {
        items: readonly { index: { _type?: string } }[]
      }
      assert.deepEqual(
        items.map(({ index }) => index._type),
        [type, type],
      )
      const single = await post('/logs/_doc', '{"n":1}', { 'content-type': 'application/json', accept })
      assert.equal(((await single.json()) as { _type?: string })._type, type)
    }
  })

  // Fluent Bit keeps 512 kB of an answer (Buffer_Size) and, when that is not all of it, looks for these characters.
  test('is answered so that the beginning of a long answer tells that all is well', async () => {
    const { post } = await open()
    const reply = await post('/logs/_bulk', lines('{"create":{}}', '{"n":1}'))
    assert.match(await reply.text(), /^\{"took":\d+,"errors":false,"items":\[/)
  })

  test('says that pipelines are not run', async () => {
    const { post } = await open()
    const warned = await post('/_bulk', lines('{"create":{"pipeline":"p"}}', '{"n":1}'))
    assert.match(warned.headers.get('warning') ?? '', /^299 /)
    assert.equal((await post('/_bulk', lines('{"create":{"pipeline":null}}', '{"n":2}'))).headers.get('warning'), null)
  })

  test('of any documents, cut anywhere into chunks, is taken once and in order', async () => {
    const messages = fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(messages, fc.array(fc.nat(2000)), async (messages, cuts) => {
        const { intake, app } = await open()
        const documents = messages.map((message) => `{"create":{}}\n${JSON.stringify({ message })}\n`)
        const reply = await app.request('/logs/_bulk', {
          method: 'POST',
          headers: NDJSON,
          body: inChunks(Buffer.from(documents.join('')), cuts),
          duplex: 'half',
        } as RequestInit)
        const { items } = (await reply.json()) as BulkReply
        assert.deepEqual(
          items.map((item) => item.create?.status),
          messages.map(() => 201),
        )
        assert.deepEqual(
          (await intake.stored()).map((event) => text(event, 'message')),
          messages,
        )
        assert.deepEqual(intake.rejects, [])
      }),
      { numRuns: 50 },
    )
  })
})

describe('single documents', () => {
  const json = { 'content-type': 'application/json' }

  test('are taken with an id or without, over as many lines as their sender likes', async () => {
    const { intake, app, post } = await open()
    const drawn = await post('/logs/_doc', '{\n  "n": 1\n}\n', json)
    assert.equal(drawn.status, 201)
    const put = await app.request('/logs/_doc/a%2Fb', { method: 'PUT', headers: json, body: '{"n":2}' })
    assert.equal(((await put.json()) as { _id: string })._id, 'a/b')
    assert.equal((await post('/logs/_create/c', '{"n":3}', json)).status, 201)
    assert.equal((await post('/logs/_create/c', '{"n":3}', json)).status, 201)
    assert.deepEqual(
      (await intake.stored()).map((event) => text(event, 'n')),
      ['1', '2', '3'],
    )
  })

  // bunyan-elasticsearch 1.0.1 sends each line so, elasticsearch-py 7 with doc_type. ES 7: POST /<index>/<type>, PUT /<index>/<type>/<id>.
  test('are taken under a type, as before version 8, and nothing else is taken for one', async () => {
    const { intake, app, post } = await open()
    const body = '{"name":"x","hostname":"vm","level":"info","message":"typed"}'
    const drawn = await post('/logs/event', body, json)
    assert.equal(drawn.status, 201)
    const put = await app.request('/logs/event/7', { method: 'PUT', headers: json, body })
    assert.deepEqual([put.status, ((await put.json()) as { _id: string })._id], [201, '7'])
    assert.equal((await intake.stored()).length, 2)
    for (const path of ['/logs/_search', '/_ilm/policy/7', '/_snapshot/x/y', '/api/v1/none'])
      await app.request(path, { method: 'POST', headers: json, body })
    assert.equal((await intake.stored()).length, 2)
  })

  test('that are none are refused and kept as rejects', async () => {
    const { intake, post } = await open()
    assert.equal((await post('/logs/_doc', '[1]', json)).status, 400)
    assert.equal((await post('/logs/_doc', `{"message":"${'x'.repeat(5 * 2 ** 20)}"}`, json)).status, 413)
    assert.deepEqual(
      intake.rejects.map(({ reason }) => reason),
      ['document that is no JSON object'],
    )
  })
})

describe('what clients ask before they send', () => {
  test('has the product header and the media type that was asked for', async () => {
    const { get } = await open()
    const plain = await get('/')
    assert.equal(plain.headers.get('x-elastic-product'), 'Elasticsearch')
    assert.equal(plain.headers.get('content-type'), 'application/json')
    const compatible = await get('/', { accept: 'application/vnd.elasticsearch+json; compatible-with=8,text/plain' })
    assert.equal(compatible.headers.get('content-type'), 'application/vnd.elasticsearch+json;compatible-with=8')
    assert.ok(Number(((await plain.json()) as { version: { number: string } }).version.number.split('.')[0]) >= 9)
  })

  // What opensearch-java 3.9 (OpenSearchVersionInfo) and elasticsearch-java 9.4 (ElasticsearchVersionInfo, DataStream) read as required.
  test('has all that the Java clients want to see in it', async () => {
    const { app, get } = await open()
    const { version } = (await (await get('/')).json()) as { version: object }
    const wanted = [
      'build_date',
      'build_flavor',
      'build_hash',
      'build_snapshot',
      'build_type',
      'distribution',
      'number',
    ]
    const compatible = ['lucene_version', 'minimum_index_compatibility_version', 'minimum_wire_compatibility_version']
    assert.deepEqual(
      [...wanted, ...compatible].filter((name) => !Object.hasOwn(version, name)),
      [],
    )
    await app.request('/_data_stream/logs', { method: 'PUT' })
    const { data_streams } = (await (await get('/_data_stream/logs')).json()) as {
      data_streams: [{ indices: [object] }]
    }
    const [stream] = data_streams
    const managed = [
      'generation',
      'hidden',
      'next_generation_managed_by',
      'prefer_ilm',
      'rollover_on_write',
      'template',
    ]
    assert.deepEqual(
      managed.filter((name) => !Object.hasOwn(stream, name)),
      [],
    )
    assert.deepEqual(Object.keys(stream.indices[0]).sort(), ['index_name', 'index_uuid', 'managed_by', 'prefer_ilm'])
  })

  test('names no other node than the one that was called', async () => {
    const { get } = await open()
    const { nodes } = (await (await get('/_nodes/_all/http', { host: 'localhost:9277' })).json()) as {
      nodes: Record<string, { http: { publish_address: string } }>
    }
    assert.deepEqual(
      Object.values(nodes).map(({ http }) => http.publish_address),
      ['localhost:9277'],
    )
  })

  // Filebeat 7.17.29 asks for these before it loads the pipelines of its modules: auditd wants geoip, apache and nginx user_agent too.
  test('names the processors without which modules of Filebeat do not start', async () => {
    const { get } = await open()
    const { nodes } = (await (await get('/_nodes/ingest')).json()) as {
      nodes: Record<string, { ingest: { processors: readonly { type: string }[] } }>
    }
    const types = Object.values(nodes).map(({ ingest }) => ingest.processors.map(({ type }) => type))
    assert.ok(types.every((all) => all.includes('geoip') && all.includes('user_agent')))
  })

  for (const path of [
    '/_license',
    '/_xpack',
    '/_cluster/health',
    '/_cluster/health/logs',
    '/_nodes',
    '/_ilm/status',
    '/_data_stream',
  ])
    test(`${path} is answered`, async () => {
      const { get } = await open()
      assert.equal((await get(path)).status, 200)
    })

  for (const path of [
    '/_index_template/logs',
    '/_component_template/logs',
    '/_template/logs',
    '/_ilm/policy/logs',
    '/_ingest/pipeline/logs',
    '/_data_stream/logs',
    '/logs',
  ])
    test(`${path} is there once it was put there`, async () => {
      const { app, get } = await open()
      assert.equal((await app.request(path, { method: 'HEAD' })).status, 404)
      assert.equal((await app.request(path, { method: 'PUT', body: '{"priority":7}' })).status, 200)
      assert.equal((await app.request(path, { method: 'HEAD' })).status, 200)
      assert.match(await (await get(path)).text(), /logs/)
    })

  // https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-indices-get-settings
  test('settings are told under "index", as elasticsearch.dsl for Python reads them when it is started again', async () => {
    const { app, get } = await open()
    const settingsOf = async (path: string) =>
      ((await (await get(path)).json()) as Record<string, { settings: { index: object } }>).logs!.settings.index
    assert.equal(typeof (await settingsOf('/logs/_settings')), 'object')
    const analysis = { analyzer: { words: { type: 'standard' } } }
    for (const settings of [{ analysis }, { index: { analysis } }]) {
      await app.request('/logs', { method: 'PUT', body: JSON.stringify({ settings }) })
      for (const path of ['/logs/_settings', '/logs'])
        assert.deepEqual(((await settingsOf(path)) as { analysis: unknown }).analysis, analysis)
    }
  })

  test('a data stream that was set up is an index too', async () => {
    const { app } = await open()
    await app.request('/_data_stream/logs-a', { method: 'PUT' })
    assert.equal((await app.request('/logs-a', { method: 'HEAD' })).status, 200)
  })

  test('a name like __proto__ can be set up', async () => {
    const { app, get } = await open()
    await app.request('/_template/__proto__', { method: 'PUT', body: '{"__proto__":{"x":1}}' })
    assert.equal(await (await get('/_template/__proto__')).text(), '{"__proto__":{"__proto__":{"x":1}}}')
  })

  test('what is set up is forgotten before it fills the memory', async () => {
    const { app, get } = await open()
    for (let i = 0; i < 150; i++) await app.request(`/_template/t${i}`, { method: 'PUT', body: '{}' })
    assert.equal((await get('/_template/t0')).status, 404)
    assert.equal((await get('/_template/t149')).status, 200)
  })

  test('a search is refused with the place to go to', async () => {
    const { get } = await open()
    const reply = await get('/logs/_search')
    assert.equal(reply.status, 400)
    assert.match(await reply.text(), /under \/api\/v1/)
  })
})

interface Recorded {
  readonly client: string
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly answered: number
}

describe('the requests of real clients, as they were recorded,', () => {
  const recorded = readFileSync(new URL('testdata/bulk-clients.ndjson', import.meta.url), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Recorded)

  for (const [index, { client, method, url, headers, body, answered }] of recorded.entries())
    test(`${index + 1}: ${method} ${url} of ${client} is answered as the client wants it`, async () => {
      const { intake, app } = await open()
      const reply = await app.request(url, { method, headers, ...(body !== '' && { body }) })
      assert.equal(reply.status, answered)
      assert.equal(reply.headers.get('x-elastic-product'), 'Elasticsearch')
      const documents = body.split('\n').filter((line) => line !== '' && !/^\{"(create|index)"/.test(line))
      assert.equal((await intake.stored()).length, documents.length)
      if (!url.includes('_bulk')) return
      const { errors, items } = (await reply.json()) as BulkReply
      assert.equal(errors, false)
      assert.equal(items.length, documents.length)
    })
})

test('a bug tells the outside nothing and the log everything', async () => {
  const intake = new MemoryIntake()
  intake.take = () => Promise.reject(new TypeError('inner detail'))
  const source = new PushSource()
  await source.start(intake)
  const said: string[] = []
  const log = { ...SILENT, error: (message: string, fields?: object) => said.push(message, JSON.stringify(fields)) }
  const app = elastic({ source, now: () => NOW, log })
  const reply = await app.request('/logs/_bulk', {
    method: 'POST',
    headers: NDJSON,
    body: lines('{"create":{}}', '{"n":1}'),
  })
  assert.equal(reply.status, 500)
  assert.doesNotMatch(await reply.text(), /inner detail/)
  assert.match(said.join(' '), /inner detail/)
})

test('an error of the storage that the reader can act on is told to the client', async () => {
  const intake = new MemoryIntake()
  intake.take = () => Promise.reject(new AppError({ message: 'Cannot write', code: 'STORAGE_FULL' }))
  const source = new PushSource()
  await source.start(intake)
  const app = elastic({ source, now: () => NOW })
  const reply = await app.request('/logs/_bulk', {
    method: 'POST',
    headers: NDJSON,
    body: lines('{"create":{}}', '{"n":1}'),
  })
  assert.equal(reply.status, 503)
})

function inChunks(bytes: Buffer, cuts: readonly number[]): ReadableStream {
  const ends = [...new Set([...cuts.map((cut) => cut % bytes.length), bytes.length])].sort((a, b) => a - b)
  return new ReadableStream({
    start(controller) {
      for (const [i, end] of ends.entries()) controller.enqueue(bytes.subarray(i === 0 ? 0 : ends[i - 1], end))
      controller.close()
    },
  })
}
