import type { Context } from 'hono'
import { AppError } from '../domain/error.ts'
import { filterPath } from './filter-path.ts'
import type { HttpEnv } from './http-env.ts'
import { answerOf } from './problem.ts'

/** Clients of Elastic talk only to a server that sends this. */
export const PRODUCT: Readonly<Record<string, string>> = { 'x-elastic-product': 'Elasticsearch' }

/** A reply as Elasticsearch gives it: `filter_path` applied, in the media type that was asked for. */
export function reply(
  c: Context<HttpEnv>,
  body: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const paths = c.req.query('filter_path')
  return new Response(JSON.stringify(paths ? filterPath(body, paths) : body), {
    status,
    headers: { ...headers, ...PRODUCT, 'content-type': mediaTypeOf(c.req.header('accept') ?? '') },
  })
}

/** A reply that an API of Elasticsearch would give to what it refuses. */
export function refusal(c: Context<HttpEnv>, status: number, type: string, reason: string): Response {
  return reply(c, errorBody(status, type, reason), status)
}

/** What went wrong, in the words that clients of Elasticsearch understand. */
export function failure(c: Context<HttpEnv>, error: unknown): Response {
  const { status, headers } = answerOf(error)
  const reason = error instanceof AppError ? [error.message, error.hint].filter(Boolean).join('. ') : 'bug in oddsock'
  const type = error instanceof AppError ? error.code.toLowerCase() : 'bug'
  return reply(c, errorBody(status, type, reason), status, headers)
}

function errorBody(status: number, type: string, reason: string): unknown {
  return { error: { root_cause: [{ type, reason }], type, reason }, status }
}

/** Clients of versions 8 and 9 ask for `application/vnd.elasticsearch+json; compatible-with=N`, and some insist on it. */
function mediaTypeOf(accept: string): string {
  const version = compatibleWith(accept)
  return version ? `application/vnd.elasticsearch+json;compatible-with=${version}` : 'application/json'
}

function compatibleWith(accept: string): string | undefined {
  return /application\/vnd\.elasticsearch\+json\s*;\s*compatible-with=(\d{1,2})/.exec(accept)?.[1]
}

/**
 * What stands beside the index of a document in a reply: up to version 7 a type, without which the Java client of that version takes
 * no reply for one. From version 8 on there is none, and clients say that they are of these.
 */
export function typeFor(c: Context<HttpEnv>): { readonly _type?: string } {
  return Number(compatibleWith(c.req.header('accept') ?? '') ?? 7) <= 7 ? { _type: '_doc' } : {}
}
