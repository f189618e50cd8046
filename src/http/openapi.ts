import { Hono } from 'hono'
import { ALERT_EVENTS_OPERATIONS } from './alert-events.ts'
import { ALERT_OPERATIONS } from './alerts.ts'
import { BACKUP_OPERATIONS } from './backups.ts'
import { EXCEPTION_OPERATIONS } from './exceptions.ts'
import { FEEDBACK_OPERATIONS } from './feedback.ts'
import { HEALTH_OPERATIONS } from './health.ts'
import type { HttpEnv } from './http-env.ts'
import { JOB_OPERATIONS } from './jobs.ts'
import { jsonSchemaOf } from './json-schema.ts'
import { METRICS_OPERATIONS } from './metrics.ts'
import type { Operation } from './operation.ts'
import { PAGE_OPERATIONS } from './page.ts'

const PATH = '/api/v1/openapi.json'

const OWN: readonly Operation[] = [
  { method: 'get', path: PATH, summary: 'This description', replies: { 200: 'OpenAPI 3.1' } },
]

/** Everything that can be asked of our own API. */
export const OPERATIONS: readonly Operation[] = [
  ...PAGE_OPERATIONS,
  ...ALERT_OPERATIONS,
  ...ALERT_EVENTS_OPERATIONS,
  ...EXCEPTION_OPERATIONS,
  ...FEEDBACK_OPERATIONS,
  ...JOB_OPERATIONS,
  ...HEALTH_OPERATIONS,
  ...METRICS_OPERATIONS,
  ...BACKUP_OPERATIONS,
  ...OWN,
]

/** `/api/v1/openapi.json` */
export function openApi(): Hono<HttpEnv> {
  return new Hono<HttpEnv>().get(PATH, (c) => c.json(openApiDocument()))
}

/** The description of the API, made from the schemas that check its requests. */
export function openApiDocument(): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const operation of OPERATIONS) {
    const path = operation.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [operation.method]: described(operation) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'oddsock',
      version: '1',
      description:
        'Errors are application/problem+json (RFC 9457) with title, status, code, and where they help: where, hint. Changes need the socket in the state folder, or an API key with the scope "manage".',
    },
    paths,
  }
}

function described({ path, summary, query = {}, headers = {}, body, replies, type = 'application/json' }: Operation) {
  const parameter = (place: string, required: boolean) => (entry: readonly [name: string, description?: string]) => ({
    name: entry[0],
    in: place,
    required,
    ...(entry[1] !== undefined && { description: entry[1] }),
    schema: { type: 'string' },
  })
  const parameters = [
    ...[...path.matchAll(/:(\w+)/g)].map(([, name]) => parameter('path', true)([name!])),
    ...Object.entries(query).map(parameter('query', false)),
    ...Object.entries(headers).map(parameter('header', true)),
  ]
  return {
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: jsonSchemaOf(body) } } } }),
    responses: {
      ...Object.fromEntries(Object.entries(replies).map(([status, description]) => [status, reply(description, type)])),
      default: reply('What went wrong', 'application/problem+json'),
    },
  }
}

function reply(description: string, type: string) {
  return type === '' ? { description } : { description, content: { [type]: {} } }
}
