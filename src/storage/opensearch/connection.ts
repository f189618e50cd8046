import type { Client, ClientOptions } from '@opensearch-project/opensearch'
import { AppError } from '../../domain/error.ts'
import { type Log, SILENT } from '../../domain/log.ts'
import { type DurationMs, isoTime, SECOND } from '../../domain/time.ts'
import type { Trouble } from '../storage.ts'

export interface ConnectionOptions {
  /** `https://node-1:9200`; requests go round, and past nodes that do not answer. */
  readonly nodes: readonly string[]
  readonly username?: string
  readonly password?: string
  /** As the cluster hands it out: the encoded form of an Elasticsearch API key, or a token that a proxy in front takes. */
  readonly apiKey?: string
  /** Certificate authority of the cluster, PEM. */
  readonly ca?: string
  readonly requestTimeout?: DurationMs
  readonly log?: Log
  /** So long a cluster that has not answered yet is asked again; without end unless said. */
  readonly patience?: DurationMs
  /** Ends the waiting for a cluster that has not answered yet. */
  readonly signal?: AbortSignal
}

export interface Reply<T> {
  readonly status: number
  readonly body: T
}

export interface Request {
  readonly body?: unknown
  /** Lines of a bulk request. */
  readonly lines?: readonly unknown[]
  readonly query?: Readonly<Record<string, string | number | boolean>>
  /** Statuses that are answers, not errors: 404, 409. */
  readonly accept?: readonly number[]
}

const FIRST_WAIT: DurationMs = 200
const LONGEST_WAIT: DurationMs = 10 * SECOND

/** Answers that say "later": too many requests, no shard or node for it now. */
const LATER: ReadonlySet<number> = new Set([429, 502, 503, 504])

/**
 * Talks to the cluster and waits for it: a request that cannot be answered now is sent again, with growing pauses, until it is
 * answered or the store is closed. All of our requests can be repeated. So a slow, red or full cluster delays and loses nothing.
 */
export class Connection {
  readonly #client: Client
  readonly #log: Log
  #trouble: Trouble | undefined
  readonly #closing = new AbortController()
  readonly #patience: DurationMs
  readonly #nodes: readonly string[]
  #hasAnswered = false

  private constructor(client: Client, { nodes, log = SILENT, patience = Number.POSITIVE_INFINITY }: ConnectionOptions) {
    this.#client = client
    this.#nodes = nodes
    this.#log = log
    this.#patience = patience
  }

  static async open(options: ConnectionOptions): Promise<Connection> {
    const { Client } = await import('@opensearch-project/opensearch')
    const connection = new Connection(new Client(clientOptions(options)), options)
    options.signal?.addEventListener('abort', () => {
      if (!connection.#hasAnswered) void connection.close()
    })
    return connection
  }

  /** What is wrong now; undefined while all is well. */
  get trouble(): Trouble | undefined {
    return this.#trouble
  }

  /** @throws AppError STORAGE_UNREACHABLE, STORAGE_DENIED, STORAGE_FENCED, STORAGE_REFUSED or STORAGE_CLOSED */
  async request<T = unknown>(method: string, path: string, request: Request = {}): Promise<Reply<T>> {
    const begun = performance.now()
    for (let wait = FIRST_WAIT; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
      const answer = await this.#try<T>(method, path, request)
      if ('status' in answer) return answer
      this.#isInTrouble(answer.what)
      if (!this.#hasAnswered && performance.now() - begun > this.#patience) throw unreachable(this.#nodes, answer.what)
      await this.#pause(wait)
    }
  }

  /** Waits a little before something is sent again that was refused in part. */
  async breathe(what: string): Promise<void> {
    this.#isInTrouble(what)
    await this.#pause(FIRST_WAIT)
  }

  async close(): Promise<void> {
    // The client answers no second close.
    if (this.#closing.signal.aborted) return
    this.#closing.abort()
    await this.#client.close()
  }

  async #try<T>(method: string, path: string, request: Request): Promise<Reply<T> | { readonly what: string }> {
    if (this.#closing.signal.aborted) throw closed()
    const { body, lines, query, accept = [] } = request
    try {
      const reply = await this.#client.transport.request(
        {
          method,
          path,
          ...(body !== undefined && { body: body as object }),
          ...(lines && { bulkBody: lines as object[] }),
          ...(query && { querystring: query }),
        },
        { ignore: [...accept] },
      )
      this.#trouble = undefined
      this.#hasAnswered = true
      return { status: reply.statusCode ?? 0, body: reply.body as T }
    } catch (error) {
      if (this.#closing.signal.aborted) throw closed()
      const what = reasonToWait(error)
      if (what !== undefined) return { what }
      throw refusal(error, method, path)
    }
  }

  #isInTrouble(what: string): void {
    if (this.#trouble?.what === what) return
    this.#log.warn('OpenSearch does not answer', { 'error.message': what })
    this.#trouble = { what, since: this.#trouble?.since ?? isoTime(Date.now()) }
  }

  #pause(wait: DurationMs): Promise<void> {
    const { signal } = this.#closing
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, wait)
      signal.addEventListener('abort', done)
    })
  }
}

function clientOptions({
  nodes,
  username,
  password,
  apiKey,
  ca,
  requestTimeout = 30 * SECOND,
}: ConnectionOptions): ClientOptions {
  return {
    nodes: [...nodes],
    ...(username !== undefined && { auth: { username, password: password ?? '' } }),
    ...(apiKey !== undefined && { headers: { authorization: `ApiKey ${apiKey}` } }),
    ...(ca !== undefined && { ssl: { ca } }),
    requestTimeout,
    maxRetries: nodes.length,
    compression: 'gzip',
    suggestCompression: true,
    // JSON.parse makes `__proto__` an own property, which is what it is here: a name that a host may give.
    disablePrototypePoisoningProtection: true,
  }
}

interface Refusal {
  readonly type?: string
  readonly reason?: string
  /** What the shards said, of a search that failed on all of them. */
  readonly root_cause?: readonly Refusal[]
  readonly caused_by?: Refusal
}

interface ServerError {
  readonly name?: string
  readonly message?: string
  readonly statusCode?: number
  readonly body?: { readonly error?: Refusal | string }
}

/** Undefined for errors that waiting does not mend. */
function reasonToWait(error: unknown): string | undefined {
  const { name = '', message = '', statusCode, body } = error as ServerError
  if (['ConnectionError', 'TimeoutError', 'NoLivingConnectionsError'].includes(name))
    return `Cannot reach OpenSearch: ${message || name}`
  const reason = typeof body?.error === 'object' ? (body.error.reason ?? '') : ''
  if (statusCode !== undefined && LATER.has(statusCode))
    return `OpenSearch is overloaded or incomplete (${statusCode}): ${reason}`
  if (isBlocked(error) && !isFenced(error)) return `OpenSearch does not take anything in: ${reason}`
  return undefined
}

function isBlocked(error: unknown): boolean {
  const { body } = error as ServerError
  return typeof body?.error === 'object' && body.error.type === 'cluster_block_exception'
}

/** A write block is what a new writer puts on the indices of the one before (`journal.ts`); the other blocks come from full disks and people. */
function isFenced(error: unknown): boolean {
  const { body } = error as ServerError
  return typeof body?.error === 'object' && isFence(body.error.reason ?? '')
}

/** What to do where a cluster refuses what it usually does not. */
export const SEE_CLUSTER = 'Look at the health of the cluster, its disks and its log: they say more.'

export function isFence(reason: string): boolean {
  return reason.includes('FORBIDDEN/8/')
}

function refusal(error: unknown, method: string, path: string): AppError {
  const { message, statusCode, body } = error as ServerError
  const said = typeof body?.error === 'object' ? saying(body.error) : (message ?? String(error))
  if (isFenced(error)) return fenced()
  const denied = statusCode === 401 || statusCode === 403
  return new AppError({
    message: `Cannot ${method} ${path}: OpenSearch answers ${statusCode ?? 'nothing'}, ${said}`,
    ...(denied
      ? { code: 'STORAGE_DENIED', hint: 'docs/how-to/opensearch.md lists the privileges that oddsock needs.' }
      : { code: 'STORAGE_REFUSED', hint: SEE_CLUSTER }),
    cause: error,
  })
}

function saying({ type, reason, root_cause = [], caused_by }: Refusal): string {
  const inner = [root_cause[0]?.reason, caused_by?.caused_by?.reason ?? caused_by?.reason]
  return [...new Set([`${type}: ${reason}`, ...inner.filter((text) => text !== undefined)])].join(', ')
}

export function fenced(): AppError {
  return new AppError({
    message: 'Cannot write to OpenSearch: another worker has taken over',
    code: 'STORAGE_FENCED',
    hint: 'This worker was away for longer than its lease. It can start again and take work that is free.',
  })
}

function unreachable(nodes: readonly string[], what: string): AppError {
  return new AppError({
    message: `Cannot open the storage: ${what}`,
    where: nodes.map(withoutPassword).join(', '),
    code: 'STORAGE_UNREACHABLE',
    hint: 'Are storage.nodes the addresses of the cluster, and does it run?',
  })
}

/** An address may carry a password. */
function withoutPassword(node: string): string {
  const url = new URL(node)
  return `${url.protocol}//${url.host}`
}

function closed(): AppError {
  return new AppError({
    message: 'Cannot use OpenSearch: the store is closed',
    code: 'STORAGE_CLOSED',
    hint: 'oddsock was stopping: start it again.',
  })
}
