import { readFile } from 'node:fs/promises'
import type { Dispatcher } from 'undici'
import * as v from 'valibot'
import { AppError } from '../domain/error.ts'
import { type DurationMs, SECOND } from '../domain/time.ts'
import { readSecrets, signatureOf } from './signature.ts'
import { DeliveryError, type Sink, type SinkMessage, type SinkType } from './sink.ts'

const path = (description: string) => v.optional(v.pipe(v.string('a path'), v.description(description)))

const OPTIONS = v.pipe(
  v.strictObject({
    url: v.optional(
      v.pipe(
        v.string('an address'),
        v.check(isWebAddress, 'an address that begins with https:// or http://, without user name and password'),
        v.description('Where to POST.'),
      ),
    ),
    url_file: path('A file that holds the address, where the address itself is a secret.'),
    secret_file: path('A file that holds the signing secret; two, apart by white space, while one replaces the other.'),
    secret_env: v.optional(
      v.pipe(
        v.string('a name'),
        v.description('A variable of the environment that holds the same, instead of a file.'),
      ),
    ),
    ca_file: path('Certificates (PEM) to trust instead of those that come with Node.'),
  }),
  v.check(({ url, url_file }) => (url === undefined) !== (url_file === undefined), 'either url or url_file'),
  v.check(
    ({ secret_file, secret_env }) => (secret_file === undefined) !== (secret_env === undefined),
    'either secret_file or secret_env',
  ),
)
type Options = v.InferOutput<typeof OPTIONS>

/**
 * Redirects are not followed, since the signature is meant for whoever was named; nothing of the address but its host stands in an
 * error, and nothing of a secret anywhere.
 */
export const webhook: SinkType<Options> = {
  name: 'webhook',
  summary: 'POSTs alerts as JSON to an address, signed as Standard Webhooks.',
  references: ['https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md'],
  options: OPTIONS,
  examples: [
    {
      title: 'a receiver of your own',
      toml: 'type = "webhook"\nurl = "https://hooks.example.org/oddsock"\nsecret_file = "/etc/oddsock/webhook.secret"',
    },
    {
      title: 'an address that is a secret, behind a certificate of your own',
      toml: [
        'type = "webhook"',
        'url_file = "/run/credentials/oddsock/webhook-url"',
        'secret_env = "ODDSOCK_WEBHOOK_SECRET"',
        'ca_file = "/etc/ssl/our-ca.pem"',
      ].join('\n'),
    },
  ],
  async open(name, options) {
    const url = await addressOf(options)
    const secrets = await secretsOf(options)
    const ca = options.ca_file === undefined ? undefined : await readText(options.ca_file)
    const { Agent } = await import('undici')
    const agent = new Agent({
      connect: { timeout: 5 * SECOND, ...(ca !== undefined && { ca }) },
      headersTimeout: 10 * SECOND,
      bodyTimeout: 5 * SECOND,
      // Alerts are few: a connection of yesterday is closed by whoever stands between, without a word.
      pipelining: 0,
    })
    return new Webhook(name, url, secrets, agent)
  },
}

class Webhook implements Sink {
  readonly name: string
  readonly #url: URL
  readonly #secrets: readonly Buffer[]
  readonly #agent: Dispatcher

  constructor(name: string, url: URL, secrets: readonly Buffer[], agent: Dispatcher) {
    this.name = name
    this.#url = url
    this.#secrets = secrets
    this.#agent = agent
  }

  async deliver({ notice, alert }: SinkMessage, signal?: AbortSignal): Promise<void> {
    const body = JSON.stringify({ type: `alert.${notice.reason}`, timestamp: alert['@timestamp'], data: alert })
    const seconds = Math.floor(Date.now() / SECOND)
    const overdue = AbortSignal.timeout(20 * SECOND)
    const answer = await this.#agent.request({
      origin: this.#url.origin,
      path: this.#url.pathname + this.#url.search,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'oddsock',
        'webhook-id': notice.id,
        'webhook-timestamp': String(seconds),
        'webhook-signature': signatureOf(this.#secrets, notice.id, seconds, body),
      },
      body,
      signal: signal ? AbortSignal.any([signal, overdue]) : overdue,
    })
    // What else it says is its own business, however long and slow: the status has told all.
    answer.body.on('error', () => {}).destroy()
    if (answer.statusCode >= 300) throw failure(this.#url, answer)
  }

  async close(): Promise<void> {
    await this.#agent.destroy()
  }
}

/** Answers below 500 that mean "not now": time-out, too early, too many. */
const LATER: ReadonlySet<number> = new Set([408, 425, 429])

function failure(url: URL, { statusCode, headers }: Dispatcher.ResponseData): DeliveryError {
  const refused = statusCode < 500 && !LATER.has(statusCode)
  const message = `Cannot deliver to ${url.origin}: it answered ${statusCode}, expected 200 to 299`
  const hint =
    statusCode < 400
      ? 'Redirects are not followed: give the address that they lead to.'
      : refused
        ? 'The receiver does not take this message: see its own log for the reason.'
        : undefined
  return new DeliveryError(
    { message, ...(hint !== undefined && { hint }) },
    refused,
    retryAfterOf(headers['retry-after']),
  )
}

/** Only seconds: a date would have to be compared with a clock that is not ours. */
function retryAfterOf(header: string | string[] | undefined): DurationMs | undefined {
  return typeof header === 'string' && /^\d{1,6}$/.test(header) ? Number(header) * SECOND : undefined
}

function isWebAddress(text: string): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  return /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
}

async function addressOf({ url, url_file }: Options): Promise<URL> {
  const text = url ?? (await readText(url_file!)).trim()
  if (isWebAddress(text)) return new URL(text)
  throw new AppError({
    message: 'Cannot read a webhook address: expected https:// or http://, without user name and password',
    ...(url_file !== undefined && { where: url_file }),
    code: 'SINK_ADDRESS_UNREADABLE',
    hint: 'Write the address alone, on one line; what is secret in it belongs into a file, by url_file.',
  })
}

async function secretsOf({ secret_file, secret_env }: Options): Promise<readonly Buffer[]> {
  if (secret_file !== undefined) return readSecrets(await readText(secret_file), secret_file)
  return readSecrets(process.env[secret_env!] ?? '', `variable ${secret_env}`)
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new AppError({
      message: 'Cannot read a file of a webhook',
      where: file,
      hint: (cause as Error).message,
      code: 'SINK_FILE_UNREADABLE',
      cause,
    })
  }
}
