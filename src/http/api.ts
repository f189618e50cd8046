import { Hono } from 'hono'
import { alertEvents } from './alert-events.ts'
import { alerts } from './alerts.ts'
import type { ApiDeps } from './api-deps.ts'
import { backups } from './backups.ts'
import { exceptions } from './exceptions.ts'
import { feedback } from './feedback.ts'
import { health } from './health.ts'
import type { HttpEnv } from './http-env.ts'
import { jobs } from './jobs.ts'
import { metrics } from './metrics.ts'
import { openApi } from './openapi.ts'
import { page } from './page.ts'

/** Everything of our own that can be asked and told, over TCP, over the socket, or in the process of a command that opens the store itself. */
export function api(deps: ApiDeps): Hono<HttpEnv> {
  return new Hono<HttpEnv>()
    .route('/', page(deps))
    .route('/', health(deps))
    .route('/', metrics(deps))
    .route('/', openApi())
    .route('/api/v1/alerts', alerts(deps))
    .route('/api/v1/alerts', alertEvents(deps))
    .route('/api/v1/exceptions', exceptions(deps))
    .route('/api/v1/feedback', feedback(deps))
    .route('/api/v1/jobs', jobs(deps))
    .route('/api/v1/backups', backups(deps))
}
