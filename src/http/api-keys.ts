import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { AppError } from '../domain/error.ts'
import { CHECK_PATH, reasonOf } from '../sources/unreadable.ts'

/** What a key is for: `ingest` to send documents, `read` to look, `manage` to look and to change. */
export type Scope = 'ingest' | 'read' | 'manage'

const SCOPES: ReadonlySet<string> = new Set<Scope>(['ingest', 'read', 'manage'])

export interface ApiKey {
  readonly id: string
  readonly scope: Scope
}

/** Says who somebody is. */
export interface KeyCheck {
  /** Whether nobody may come in without a key, over TCP. */
  readonly areWanted: boolean
  /** Whose key an `Authorization` header carries. */
  find(authorization: string): ApiKey | undefined
}

/**
 * Keys that may call us, each with an id for people. A file of keys holds one a line, `id:scope:sha256 of the key in hex`; blank lines
 * and lines with `#` are passed over. A key is 256 random bits, so a plain hash keeps it as safe as a slow one would.
 */
export class ApiKeys implements KeyCheck {
  /** By the hash: who looks a key up learns nothing from the time that it takes. */
  readonly #byHash: ReadonlyMap<string, ApiKey>

  constructor(byHash: ReadonlyMap<string, ApiKey>) {
    this.#byHash = byHash
  }

  get size(): number {
    return this.#byHash.size
  }

  get areWanted(): boolean {
    return this.size > 0
  }

  /**
   * Whose key an `Authorization` header carries: `ApiKey` with base64 of `id:key` as clients of Elastic send it, `Basic` with the id
   * as user and the key as password, or `Bearer` with the key alone.
   */
  find(authorization: string): ApiKey | undefined {
    const [, scheme = '', credentials = ''] = /^\s*(\w+)\s+(\S+)\s*$/.exec(authorization) ?? []
    if (scheme.toLowerCase() === 'bearer') return this.#byHash.get(sha256(credentials))
    if (!/^(apikey|basic)$/i.test(scheme)) return undefined
    const [, id, secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(credentials, 'base64').toString('utf8')) ?? []
    const key = secret === undefined ? undefined : this.#byHash.get(sha256(secret))
    return key?.id === id ? key : undefined
  }
}

/** Nobody has a key. */
export const NO_KEYS = new ApiKeys(new Map())

/** @throws AppError HTTP_KEYS_UNREADABLE with the line */
export async function readApiKeys(file: string): Promise<ApiKeys> {
  let content: string
  try {
    content = await readFile(file, 'utf8')
  } catch (cause) {
    throw new AppError({
      message: `Cannot read the API keys in "${file}": ${reasonOf(cause)}`,
      code: 'HTTP_KEYS_UNREADABLE',
      hint: `${CHECK_PATH} oddsock keys add makes the file.`,
      cause,
    })
  }
  return parseApiKeys(content, file)
}

/** @throws AppError HTTP_KEYS_UNREADABLE with the line */
export function parseApiKeys(content: string, file: string): ApiKeys {
  const byHash = new Map<string, ApiKey>()
  for (const [index, line] of content.split('\n').entries()) {
    const written = line.trim()
    if (written === '' || written.startsWith('#')) continue
    const [, id, scope, hash] = /^([\w.-]+):(\w+):([0-9a-f]{64})$/i.exec(written) ?? []
    if (id === undefined || !SCOPES.has(scope!))
      // The line itself stays out of the message: who wrote a key in the clear would find it in the log.
      throw new AppError({
        message:
          'Cannot read an API key: expected id:scope:hash, the scope ingest, read or manage, the hash SHA-256 in hex',
        where: `${file}:${index + 1}`,
        code: 'HTTP_KEYS_UNREADABLE',
        hint: 'Take the line out, and let oddsock keys add write a new one.',
      })
    byHash.set(hash!.toLowerCase(), { id, scope: scope as Scope })
  }
  return new ApiKeys(byHash)
}

/** Draws a new key: what its owner is given, once, and the line for the file of keys. */
export function drawApiKey(id: string, scope: Scope): { readonly key: string; readonly line: string } {
  const key = randomBytes(32).toString('base64url')
  return { key, line: `${id}:${scope}:${sha256(key)}` }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
