import { type Context, Hono } from 'hono'
import { asksForPage } from './access.ts'
import { reply } from './elastic-reply.ts'
import type { HttpEnv } from './http-env.ts'

/**
 * Beats refuse a server that is older than themselves, so a high version is claimed
 * (https://github.com/elastic/beats/issues/29683).
 */
export const CLAIMED_VERSION = '9.99.0'

const CLUSTER = 'oddsock'
const NODE_ID = 'oddsock'

/** What clients ask before they send: who we are, whether they may use us, whether we are well, and where else we are. */
export function elasticProduct(version: string = CLAIMED_VERSION): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>()
  app.get('/', (c, next) =>
    asksForPage(c.req.header('accept')) ? next() : Promise.resolve(reply(c, greeting(version))),
  )
  app.get('/_license', (c) => reply(c, { license: LICENSE }))
  app.get('/_xpack', (c) => reply(c, xpack()))
  app.get('/_ilm/status', (c) => reply(c, { operation_mode: 'RUNNING' }))
  app.on('GET', ['/_cluster/health', '/_cluster/health/:index'], (c) => reply(c, HEALTH))
  app.get('/_cluster/settings', (c) => reply(c, { persistent: {}, transient: {}, defaults: {} }))
  app.on('GET', ['/_nodes', '/_nodes/:what', '/_nodes/:who/:what'], (c) => reply(c, nodes(c, version)))
  app.get('/_security/_authenticate', (c) => reply(c, { username: 'oddsock', roles: [], enabled: true }))
  // Reports of shippers about themselves.
  app.on(['POST', 'PUT'], '/_monitoring/bulk', (c) => reply(c, { took: 0, ignored: true, errors: false }))
  return app
}

function greeting(version: string): unknown {
  return {
    name: NODE_ID,
    cluster_name: CLUSTER,
    cluster_uuid: 'oddsock',
    version: {
      // The Java client of OpenSearch takes no greeting without this one; it may be any.
      distribution: CLUSTER,
      number: version,
      build_flavor: 'default',
      build_type: 'tar',
      build_hash: 'oddsock',
      build_date: '2026-01-01T00:00:00.000Z',
      build_snapshot: false,
      lucene_version: '10.0.0',
      minimum_wire_compatibility_version: '8.19.0',
      minimum_index_compatibility_version: '8.0.0',
    },
    // Clients of version 7 look for these words.
    tagline: 'You Know, for Search',
  }
}

const LICENSE = {
  status: 'active',
  uid: 'oddsock',
  type: 'basic',
  issue_date: '2026-01-01T00:00:00.000Z',
  issue_date_in_millis: 1_767_225_600_000,
  max_nodes: 1000,
  max_resource_units: null,
  issued_to: CLUSTER,
  issuer: 'oddsock',
  start_date_in_millis: -1,
}

function xpack(): unknown {
  const features = ['ilm', 'data_streams', 'security', 'monitoring'].map((name) => [
    name,
    { available: true, enabled: name !== 'security' },
  ])
  return {
    build: { hash: 'oddsock', date: '2026-01-01T00:00:00.000Z' },
    license: { uid: LICENSE.uid, type: LICENSE.type, mode: LICENSE.type, status: LICENSE.status },
    features: Object.fromEntries(features),
    tagline: 'oddsock',
  }
}

const HEALTH = {
  cluster_name: CLUSTER,
  status: 'green',
  timed_out: false,
  number_of_nodes: 1,
  number_of_data_nodes: 1,
  active_primary_shards: 1,
  active_shards: 1,
  relocating_shards: 0,
  initializing_shards: 0,
  unassigned_shards: 0,
  delayed_unassigned_shards: 0,
  number_of_pending_tasks: 0,
  number_of_in_flight_fetch: 0,
  task_max_waiting_in_queue_millis: 0,
  active_shards_percent_as_number: 100,
}

/**
 * What pipelines can be made of in Elasticsearch. None of it is run here, as senders are warned with each request; but a module of
 * Filebeat that misses a part of its pipeline sends nothing at all.
 *
 * https://www.elastic.co/docs/reference/enrich-processor/
 */
const PROCESSORS: readonly string[] = [
  ...[
    'append',
    'attachment',
    'bytes',
    'circle',
    'community_id',
    'convert',
    'csv',
    'date',
    'date_index_name',
    'dissect',
  ],
  ...[
    'dot_expander',
    'drop',
    'enrich',
    'fail',
    'fingerprint',
    'foreach',
    'geo_grid',
    'geoip',
    'grok',
    'gsub',
    'html_strip',
  ],
  ...['inference', 'ip_location', 'join', 'json', 'kv', 'lowercase', 'network_direction', 'pipeline', 'redact'],
  ...[
    'registered_domain',
    'remove',
    'rename',
    'reroute',
    'script',
    'set',
    'set_security_user',
    'sort',
    'split',
    'terminate',
  ],
  ...['trim', 'uppercase', 'uri_parts', 'urldecode', 'user_agent'],
]

/** Clients that look for more nodes go on with the addresses that they find here: the one that they have called. */
function nodes(c: Context<HttpEnv>, version: string): unknown {
  const address = c.req.header('host') ?? 'localhost'
  const node = {
    name: NODE_ID,
    transport_address: address,
    host: address,
    ip: address,
    version,
    build_flavor: 'default',
    build_hash: 'oddsock',
    roles: ['data', 'ingest', 'master'],
    http: { bound_address: [address], publish_address: address, max_content_length_in_bytes: 104_857_600 },
    ingest: { processors: PROCESSORS.map((type) => ({ type })) },
  }
  return {
    _nodes: { total: 1, successful: 1, failed: 0 },
    cluster_name: CLUSTER,
    nodes: { [NODE_ID]: node },
  }
}
