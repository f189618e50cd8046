import { type Context, Hono } from 'hono'
import { glob } from '../query/glob.ts'
import { refusal, reply } from './elastic-reply.ts'
import type { HttpEnv } from './http-env.ts'
import { textOf } from './request-body.ts'

/** One kind of thing that shippers set up before they send, and how they are told about it again. */
interface Kind {
  readonly path: string
  /** The body of an answer with those that were asked for. */
  answer(found: readonly Named[]): unknown
}

interface Named {
  readonly name: string
  readonly body: unknown
}

const byName = (found: readonly Named[], told: (body: unknown) => unknown) =>
  Object.fromEntries(found.map(({ name, body }) => [name, told(body)]))

const DATA_STREAMS: Kind = {
  path: '/_data_stream',
  answer: (found) => ({ data_streams: found.map(({ name }) => dataStream(name)) }),
}

const KINDS: readonly Kind[] = [
  {
    path: '/_index_template',
    answer: (found) => ({ index_templates: found.map(({ name, body }) => ({ name, index_template: body })) }),
  },
  {
    path: '/_component_template',
    answer: (found) => ({ component_templates: found.map(({ name, body }) => ({ name, component_template: body })) }),
  },
  { path: '/_template', answer: (found) => byName(found, (body) => body) },
  { path: '/_ingest/pipeline', answer: (found) => byName(found, (body) => body) },
  {
    path: '/_ilm/policy',
    answer: (found) => byName(found, (body) => ({ version: 1, modified_date: MODIFIED, ...objectOf(body) })),
  },
  DATA_STREAMS,
]

const MODIFIED = '2026-01-01T00:00:00.000Z'

function dataStream(name: string): unknown {
  const managed = { managed_by: 'Unmanaged', prefer_ilm: true }
  const backing = { index_name: `.ds-${name}-000001`, index_uuid: name, ...managed }
  return {
    name,
    timestamp_field: { name: '@timestamp' },
    indices: [backing],
    generation: 1,
    status: 'GREEN',
    template: name,
    next_generation_managed_by: managed.managed_by,
    prefer_ilm: managed.prefer_ilm,
    rollover_on_write: false,
    settings: {},
    mappings: {},
    hidden: false,
    system: false,
    allow_custom_routing: false,
    replicated: false,
  }
}

const ACKNOWLEDGED = { acknowledged: true }
const SHARDS = { _shards: { total: 1, successful: 1, failed: 0 } }

/** Templates run to some hundred kB. */
const LARGEST: { readonly bytes: number; readonly patience: number } = { bytes: 4 * 2 ** 20, patience: 30_000 }

/**
 * What shippers set up: templates, policies, pipelines, data streams, indices. None of it has any effect here. We say yes, and
 * remember the newest of it until we stop, so that a shipper that looks for what it has made finds it.
 */
export function elasticNames(): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>()
  const streams = new Memory()
  for (const kind of KINDS) mount(app, kind, kind === DATA_STREAMS ? streams : new Memory())
  app.post('/_index_template/_simulate_index/:name', (c) =>
    reply(c, { template: { settings: {}, mappings: {}, aliases: {} }, overlapping: [] }),
  )
  app.on(['POST', 'PUT'], '/_aliases', (c) => reply(c, ACKNOWLEDGED))
  app.on(['GET', 'POST'], ['/_refresh', '/_flush', '/:index/_refresh', '/:index/_flush'], (c) => reply(c, SHARDS))
  mountIndices(app, streams)
  return app
}

function mount(app: Hono<HttpEnv>, { path, answer }: Kind, memory: Memory): void {
  app.get(path, (c) => reply(c, answer(memory.all())))
  app.get(`${path}/:name`, (c) => {
    const found = memory.find(c.req.param('name'))
    return found.length > 0 ? reply(c, answer(found)) : missing(c)
  })
  app.on(['PUT', 'POST'], `${path}/:name`, async (c) => {
    memory.set(c.req.param('name'), await bodyAsJson(c))
    return reply(c, ACKNOWLEDGED)
  })
  app.delete(`${path}/:name`, (c) => (memory.delete(c.req.param('name')) ? reply(c, ACKNOWLEDGED) : missing(c)))
}

function mountIndices(app: Hono<HttpEnv>, streams: Memory): void {
  const indices = new Memory()
  const find = (pattern: string) => [...streams.find(pattern), ...indices.find(pattern)]
  const told = (named: Named) => [
    named.name,
    { aliases: {}, mappings: {}, ...objectOf(named.body), settings: settingsOf(named) },
  ]
  app.get('/:index', (c) => {
    const found = find(c.req.param('index'))
    return found.length > 0 ? reply(c, Object.fromEntries(found.map(told))) : missing(c)
  })
  app.get('/:index/_settings', (c) => {
    const asked = c.req.param('index')
    const found = find(asked)
    const named = found.length > 0 ? found : [{ name: asked, body: {} }]
    return reply(c, Object.fromEntries(named.map((one) => [one.name, { settings: settingsOf(one) }])))
  })
  app.get('/:index/_mapping', (c) => reply(c, { [c.req.param('index')]: { mappings: {} } }))
  app.put('/:index', async (c) => {
    const index = c.req.param('index')
    if (index.startsWith('_')) return missing(c)
    indices.set(index, await bodyAsJson(c))
    return reply(c, { acknowledged: true, shards_acknowledged: true, index })
  })
  app.on(['PUT', 'POST'], ['/:index/_mapping', '/:index/_settings'], (c) => reply(c, ACKNOWLEDGED))
  for (const path of ['/_alias/:name', '/:index/_alias/:name', '/:index/_alias'])
    app.get(path, (c) => missing(c)).on(['PUT', 'POST'], path, (c) => reply(c, ACKNOWLEDGED))
}

/** As they were set up, under `index` as they are always told, with or without that word before them. */
function settingsOf({ name, body }: Named): unknown {
  const { settings } = objectOf(body) as { readonly settings?: unknown }
  const { index, ...others } = objectOf(settings) as { readonly index?: unknown }
  const standard = { number_of_shards: '1', number_of_replicas: '1', provided_name: name, uuid: name }
  return { index: { ...standard, ...others, ...objectOf(index) } }
}

function missing(c: Context<HttpEnv>): Response {
  return refusal(c, 404, 'resource_not_found_exception', 'there is nothing of this name')
}

async function bodyAsJson(c: Context<HttpEnv>): Promise<unknown> {
  const text = await textOf(c, LARGEST)
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

function objectOf(body: unknown): object {
  return typeof body === 'object' && body !== null ? body : {}
}

/** Things by their names, as many as shippers set up in good faith; the oldest is forgotten first. */
class Memory {
  readonly #named = new Map<string, unknown>()

  set(name: string, body: unknown): void {
    this.#named.delete(name)
    this.#named.set(name, JSON.stringify(body).length <= LARGEST_KEPT ? body : {})
    if (this.#named.size > MOST_KEPT) this.#named.delete(this.#named.keys().next().value!)
  }

  delete(name: string): boolean {
    return this.#named.delete(name)
  }

  all(): Named[] {
    return [...this.#named].map(([name, body]) => ({ name, body }))
  }

  /** By a name, or a pattern with `*`. */
  find(pattern: string): Named[] {
    const matches = glob(pattern)
    return this.all().filter(({ name }) => matches(name))
  }
}

const MOST_KEPT = 100
const LARGEST_KEPT = 64 * 1024
