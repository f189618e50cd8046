import * as v from 'valibot'
import { AppError } from '../domain/error.ts'
import { parseDuration } from '../domain/time.ts'
import { parseSize } from './size.ts'

/**
 * All settings with what they mean; the reference page is made from this. Values are read as their author wrote them (`15m`,
 * `64MiB`), what comes out is in milliseconds and bytes.
 */

/** A source or a sink as it was asked for; `options` are checked by the catalogue that knows the type. */
export interface PlugInSettings {
  readonly type: string
  /** Of a sink: unique among the sinks, the type where none was given. */
  readonly name: string
  readonly options: unknown
}

/** A kind of source or sink, as far as its settings and their manual go. */
export interface PlugInType {
  readonly name: string
  readonly summary: string
  readonly options: v.GenericSchema
  readonly examples: readonly { readonly title: string; readonly toml: string }[]
}

/** Reads a text by a function that throws AppError, and says what would have been right. */
function readBy<T>(read: (text: string) => T, expected: string) {
  return v.pipe(
    v.string(expected),
    v.check((text) => {
      try {
        read(text)
        return true
      } catch (error) {
        if (error instanceof AppError) return false
        throw error
      }
    }, expected),
    v.transform(read),
  )
}

const duration = (expected: string) => readBy(parseDuration, expected)
const size = (expected: string) => readBy(parseSize, expected)
const path = v.pipe(v.string('a path'), v.nonEmpty('a path'))
const texts = (expected: string) => v.array(v.pipe(v.string(expected), v.nonEmpty(expected)), expected)

/** `127.0.0.1:9277`, `[::1]:9277`, `localhost:9277` */
const address = v.pipe(
  v.string('an address with a port, such as 127.0.0.1:9277'),
  v.regex(/^(\[[0-9a-f:.%\w]+\]|[^\s:[\]]+):\d{1,5}$/i, 'an address with a port, such as 127.0.0.1:9277'),
)

const nodeUrl = v.pipe(
  v.string('an address such as https://node-1:9200'),
  v.url('an address such as https://node-1:9200'),
  v.regex(/^https?:/, 'an address such as https://node-1:9200'),
)

const plugIns = v.array(
  v.looseObject(
    {
      type: v.pipe(v.string('a type'), v.description('Which kind.')),
      name: v.exactOptional(v.pipe(v.string('a name'), v.nonEmpty('a name'))),
    },
    'a table with a type',
  ),
  'a list of tables',
)

const SCORE = 'a score from 0 to 100'
const PER_DAY = 'a number above 0'

const described = <Schema extends v.GenericSchema>(schema: Schema, text: string) => v.pipe(schema, v.description(text))

export const SETTINGS = v.strictObject({
  storage: v.strictObject({
    engine: described(
      v.picklist(['embedded', 'memory', 'opensearch'], '"embedded", "memory" or "opensearch"'),
      'Where events, results and alerts are kept: in files of our own, in memory and gone with the process, or in a cluster.',
    ),
    path: described(path, 'The folder of the embedded store.'),
    keep: described(
      duration('a duration such as 90d'),
      'Events and results older than this are dropped; in a cluster those in indices of our own, never those of `indices`.',
    ),
    keep_size: described(
      size('a size such as 50GiB'),
      'The oldest days are dropped when the store grows beyond this; in a cluster every copy counts.',
    ),
    nodes: v.exactOptional(
      described(
        v.pipe(v.array(nodeUrl, 'a list of addresses'), v.minLength(1, 'at least one node')),
        'Nodes of OpenSearch or Elasticsearch; requests go past those that do not answer.',
      ),
    ),
    indices: v.exactOptional(
      described(
        texts('a list of index patterns'),
        'Read events from these indices of the cluster, as others write them, and take in none: `logs-*`, `auditbeat-*`.',
      ),
    ),
    look_back: v.exactOptional(
      described(
        duration('a duration such as 30d'),
        'How much history of `indices` a new job goes through; 30 days unless said.',
      ),
    ),
    prefix: v.exactOptional(
      described(
        v.pipe(v.string('a name'), v.regex(/^[a-z][a-z0-9_-]*$/, 'small letters, digits, - and _')),
        'What the names of our own indices begin with; `oddsock` unless said.',
      ),
    ),
    username: v.exactOptional(described(v.string('a name'), 'Of the cluster.')),
    password_file: v.exactOptional(described(path, 'A file with the password of the cluster.')),
    api_key_file: v.exactOptional(described(path, 'A file with an API key of the cluster, as it was handed out.')),
    ca_file: v.exactOptional(described(path, 'The certificate authority of the cluster, PEM.')),
  }),
  source: described(plugIns, 'Where events come from, besides what is sent to the listener.'),
  http: v.strictObject({
    listen: described(
      v.array(address, 'a list of addresses with ports'),
      'Where to listen for `_bulk`, the API and the page. Other than loopback needs keys.',
    ),
    socket: described(path, 'The unix socket by which the commands talk to the server.'),
    keys_file: v.exactOptional(described(path, 'API keys, hashed.')),
    tls_cert_file: v.exactOptional(described(path, 'Certificate chain in PEM; with `tls_key_file`.')),
    tls_key_file: v.exactOptional(described(path, 'Private key in PEM.')),
    hosts: described(
      texts('a list of host names'),
      'Names under which browsers may ask for the page, besides addresses and localhost.',
    ),
    elastic_version: v.exactOptional(
      described(
        v.pipe(v.string('a version such as 8.19.0'), v.regex(/^\d+\.\d+\.\d+$/, 'a version such as 8.19.0')),
        'The version of Elasticsearch that shippers are told; Beats refuse one older than themselves.',
      ),
    ),
    max_body: described(size('a size such as 100MiB'), 'The largest request, as it is after unpacking.'),
  }),
  jobs: described(
    texts('a list of ids and files of jobs'),
    'Jobs to run: ids of those that we ship, or `.json` files. Alerts are told of the first, and of those that a rule of yours is about.',
  ),
  rules: described(
    texts('a list of files'),
    'Your rules (`.toml`), or rules and exceptions exported from Kibana (`.ndjson`), instead of those that we ship.',
  ),
  profile: described(
    v.picklist(['recommended', 'elastic-exact'], '"recommended" or "elastic-exact"'),
    "Which events count: as we recommend, or just those that Elastic's job takes.",
  ),
  alerts: v.strictObject({
    threshold: v.exactOptional(
      described(
        v.pipe(v.number(SCORE), v.minValue(0, SCORE), v.maxValue(100, SCORE)),
        'Alert from this `record_score` on instead of the one of the rule (ours: 50). Of the first of `jobs`.',
      ),
    ),
    per_day: v.exactOptional(
      described(
        v.pipe(v.number(PER_DAY), v.gtValue(0, PER_DAY)),
        'Alert on the oddest, about so many a day for each 40 hosts and one at least, instead of from a score on. Of the first of `jobs`.',
      ),
    ),
  }),
  model_memory_limit: described(
    size('a size such as 1GiB'),
    'About how much a model may remember. Beyond it what was met longest ago is forgotten, and a warning says how much of what.',
  ),
  sink: described(plugIns, 'Whom to tell of alerts.'),
  log: v.strictObject({
    level: described(
      v.picklist(['debug', 'info', 'warn', 'error'], '"debug", "info", "warn" or "error"'),
      'The least that is written.',
    ),
    format: described(
      v.picklist(['auto', 'json', 'pretty'], '"auto", "json" or "pretty"'),
      'ECS documents as JSON, or lines for a person; `auto` is pretty on a terminal.',
    ),
  }),
})

type Read = v.InferOutput<typeof SETTINGS>

/** What the product is built from. */
export interface Config extends Omit<Read, 'source' | 'sink'> {
  readonly source: readonly PlugInSettings[]
  readonly sink: readonly PlugInSettings[]
}

/** The jobs that run unless said otherwise. */
const BOTH_JOBS = ['linux_novel_network_activity', 'linux_anomalous_network_activity']

/** What holds where nobody says anything, as an author would have written it. The socket stands in the folder of the store. */
export function defaultSettings(storagePath: string, source: readonly object[]): Record<string, unknown> {
  return {
    storage: { engine: 'embedded', path: storagePath, keep: '90d', keep_size: '50GiB' },
    source,
    http: {
      listen: ['127.0.0.1:9277'],
      socket: `${storagePath.replace(/\/+$/, '')}/oddsock.sock`,
      hosts: [],
      max_body: '100MiB',
    },
    jobs: BOTH_JOBS,
    rules: [],
    profile: 'recommended',
    alerts: {},
    model_memory_limit: '100MiB',
    sink: [],
    log: { level: 'info', format: 'auto' },
  }
}
