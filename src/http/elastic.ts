import { Hono } from 'hono'
import { AppError } from '../domain/error.ts'
import { type Log, SILENT } from '../domain/log.ts'
import { type DocumentOptions, elasticDocuments } from './elastic-documents.ts'
import { elasticNames } from './elastic-names.ts'
import { elasticProduct } from './elastic-product.ts'
import { failure, refusal } from './elastic-reply.ts'
import type { HttpEnv } from './http-env.ts'

export interface ElasticOptions extends DocumentOptions {
  /** The version that we claim to be. */
  readonly version?: string
  readonly log?: Log
}

/**
 * As much of Elasticsearch as it takes for shippers and clients to deliver documents. It stands last among the resources: the first
 * part of a path may be the name of any index.
 */
export function elastic(options: ElasticOptions): Hono<HttpEnv> {
  const { log = SILENT } = options
  const app = new Hono<HttpEnv>()
  for (const part of [elasticProduct(options.version), elasticDocuments(options), elasticNames()]) app.route('/', part)
  app.all('*', (c, next) => {
    if (c.req.path === '/' || c.req.path.startsWith('/api/')) return next()
    const asked = `${c.req.method} ${c.req.path}`
    const reason = `no handler for ${asked}: documents are taken in here, they are looked at under /api/v1`
    return Promise.resolve(refusal(c, c.req.method === 'HEAD' ? 404 : 400, 'illegal_argument_exception', reason))
  })
  app.onError((error, c) => {
    if (!(error instanceof AppError))
      log.error('Request failed', { 'error.message': String(error), 'error.stack_trace': error.stack })
    return failure(c, error)
  })
  return app
}
