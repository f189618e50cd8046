import { Hono } from 'hono'
import { AppError } from '../domain/error.ts'
import type { Log } from '../domain/log.ts'
import { type AccessOptions, access, isForUs } from './access.ts'
import { failure } from './elastic-reply.ts'
import type { HttpEnv } from './http-env.ts'
import { problemOf } from './problem.ts'

export interface RoutesOptions extends AccessOptions {
  /** Asked in this order; one that does not know a path leaves it to the next. */
  readonly resources: readonly Hono<HttpEnv>[]
  readonly log: Log
}

/** All resources as one function from `Request` to `Response`, behind the check of who may come in. */
export function routes({ resources, log, ...who }: RoutesOptions): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>()
  app.use(access(who))
  for (const resource of resources) app.route('/', resource)
  app.notFound((c) => problemOf(nowhere(c.req.method, c.req.path)))
  app.onError((error, c) => {
    if (!(error instanceof AppError))
      log.error('Request failed', { 'error.message': String(error), 'error.stack_trace': error.stack })
    // Clients of Elasticsearch that cannot read a refusal complain about that, and not about their key.
    return isForUs(c.req.path, c.req.header('accept')) ? problemOf(error) : failure(c, error)
  })
  return app
}

function nowhere(method: string, path: string): AppError {
  return new AppError({
    message: `Cannot answer ${method} ${path}: there is nothing here`,
    code: 'HTTP_NOT_FOUND',
    hint: 'Our own API is under /api/v1; of Elasticsearch there is what it takes to send documents.',
  })
}
