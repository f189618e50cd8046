import type { MiddlewareHandler } from 'hono'
import { addressClassOf } from '../domain/address.ts'
import { AppError } from '../domain/error.ts'
import type { KeyCheck, Scope } from './api-keys.ts'
import type { HttpEnv } from './http-env.ts'

export interface AccessOptions {
  readonly keys: KeyCheck
  /** Names under which browsers may know us, besides `localhost`. */
  readonly hosts?: readonly string[]
}

/**
 * Who may come in. The socket in the state folder is open to those who can open it. Over TCP, a page of a foreign site is turned away
 * (Host and Origin), everything asks for a key once there are keys, and without them, on loopback only, nothing can be changed but by
 * sending documents.
 *
 * @throws AppError HTTP_FORBIDDEN, HTTP_KEY_MISSING
 */
export function access({ keys, hosts = [] }: AccessOptions): MiddlewareHandler<HttpEnv> {
  const known = new Set(['localhost', ...hosts.map((host) => host.toLowerCase())])
  return async (c, next) => {
    if (c.env?.door === 'socket') return next()
    const host = c.req.header('host')
    checkOrigin(c.req.header('origin'), host)
    const wanted = scopesFor(c.req.method, c.req.path, c.req.header('accept'))
    if (keys.areWanted) checkKey(keys, wanted, c.req.header('authorization'))
    else checkWithoutKeys(known, wanted, host)
    return next()
  }
}

/** Whether somebody looks through a browser: `/` is a page then, and a greeting among machines else. */
export function asksForPage(accept: string | undefined): boolean {
  return /\btext\/html\b/i.test(accept ?? '')
}

/** Whether a request is for our own API or page. What is not, comes from clients of Elasticsearch. */
export function isForUs(path: string, accept: string | undefined): boolean {
  return /^\/(api|metrics|readyz|healthz)(\/|$)/.test(path) || (path === '/' && asksForPage(accept))
}

/** The scopes that suffice for a request; none where everybody may. */
function scopesFor(method: string, path: string, accept: string | undefined): readonly Scope[] {
  const looks = method === 'GET' || method === 'HEAD'
  if (path === '/healthz' && looks) return []
  if (!isForUs(path, accept)) return ['ingest', 'manage']
  return looks ? ['read', 'manage'] : ['manage']
}

/** A browser names the site whose page sends a request, unless it only follows a link; programs name none. */
function checkOrigin(origin: string | undefined, host: string | undefined): void {
  if (origin === undefined || (URL.canParse(origin) && new URL(origin).host === host?.toLowerCase())) return
  throw forbidden(`from a page of "${origin}"`, 'Only pages of this server may call it.')
}

function checkKey(keys: KeyCheck, wanted: readonly Scope[], authorization: string | undefined): void {
  if (wanted.length === 0) return
  const key = authorization === undefined ? undefined : keys.find(authorization)
  if (key === undefined)
    throw new AppError({
      message: `Cannot take a request ${authorization === undefined ? 'without an API key' : 'with an unknown API key'}`,
      code: 'HTTP_KEY_MISSING',
      hint: 'Send Authorization: ApiKey with base64 of id:key, Basic with the id as user and the key as password, or Bearer with the key.',
    })
  if (!wanted.includes(key.scope))
    throw forbidden(`with the API key "${key.id}", whose scope is ${key.scope}`, `It takes ${wanted.join(' or ')}.`)
}

/** A name that a stranger made point here (DNS rebinding) gives itself away in the Host header; numbers cannot be made to. */
function checkWithoutKeys(known: ReadonlySet<string>, wanted: readonly Scope[], host: string | undefined): void {
  const name = host === undefined ? 'localhost' : hostNameOf(host)
  if (!known.has(name) && addressClassOf(name) === 'unknown')
    throw forbidden(`for the host "${host}"`, 'Call this server by localhost or its address, or name it in http.hosts.')
  if (wanted.length === 1 && wanted[0] === 'manage')
    throw forbidden(
      'for a change over TCP without an API key',
      'Use the socket in the state folder, or set up http.keys_file.',
    )
}

/** @example hostNameOf('[::1]:9200') // '::1' */
function hostNameOf(host: string): string {
  return host
    .toLowerCase()
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
}

function forbidden(what: string, hint: string): AppError {
  return new AppError({ message: `Cannot take a request ${what}`, code: 'HTTP_FORBIDDEN', hint })
}
