import { type Context, Hono, type Next } from 'hono'
import { AppError } from '../domain/error.ts'
import { REJECT_BYTES } from '../domain/event.ts'
import type { EpochMs } from '../domain/time.ts'
import { isForUs } from './access.ts'
import { BulkIntake, type BulkResult, LONGEST_DOCUMENT } from './bulk-intake.ts'
import { isUsableId } from './bulk-parser.ts'
import { refusal, reply, typeFor } from './elastic-reply.ts'
import type { HttpEnv } from './http-env.ts'
import { PUSHED, type PushSource } from './push-source.ts'
import { PushedDocuments } from './pushed-documents.ts'
import { BODY_LIMITS, type BodyLimits, bodyOf, textOf } from './request-body.ts'
import { Slots } from './slots.ts'

export interface DocumentOptions {
  readonly source: PushSource
  readonly now: () => EpochMs
  readonly limits?: BodyLimits
}

/**
 * So many requests are read at a time, each holding a piece of its documents and a line at most; the others wait, and are slow rather
 * than refused: some shippers drop a batch that is refused.
 */
const AT_ONCE = 32

/** Where shippers deliver: `_bulk`, and documents one by one. An answer is given only when the documents are committed. */
export function elasticDocuments({ source, now, limits = BODY_LIMITS }: DocumentOptions): Hono<HttpEnv> {
  const slots = new Slots(AT_ONCE)
  const app = new Hono<HttpEnv>()

  const bulk = async (c: Context<HttpEnv>) => {
    refuseOthers(c)
    const since = performance.now()
    return slots.run(async () => {
      const request = new BulkIntake(source, c.req.param('index') ?? '', now())
      await request.takeAll(bodyOf(c, limits, (bytes) => source.read(bytes)))
      if (request.results.length === 0) return refusal(c, 400, 'parse_exception', 'request body is required')
      const type = typeFor(c)
      const items = request.results.map((result) => itemOf(result, type))
      const errors = request.results.some(({ fault }) => fault !== undefined)
      const body = { took: Math.round(performance.now() - since), errors, items }
      return reply(c, body, 200, request.wishesPipeline || c.req.query('pipeline') ? NO_PIPELINES : {})
    })
  }
  app.on(['POST', 'PUT'], ['/_bulk', '/:index/_bulk', '/:index/:type/_bulk'], bulk)

  const single = async (c: Context<HttpEnv>) => {
    refuseOthers(c)
    const [index = '', id] = [c.req.param('index'), c.req.param('id')]
    if (id !== undefined && !isUsableId(id))
      return refusal(c, 400, 'illegal_argument_exception', 'the id of a document is 1 to 512 bytes long')
    return slots.run(async () => {
      const json = await textOf(c, { ...limits, bytes: LONGEST_DOCUMENT }, (bytes) => source.read(bytes))
      const read = new PushedDocuments(now()).read(json, index, id)
      if (typeof read === 'string') {
        source.reject(PUSHED, { reason: read, from: 0, raw: json.slice(0, REJECT_BYTES) })
        return refusal(c, 400, 'document_parsing_exception', read)
      }
      await source.take({ source: PUSHED, clock: 'receipt', events: [read.event] })
      return reply(
        c,
        created({ _index: index, ...typeFor(c), _id: read.id }),
        201,
        c.req.query('pipeline') ? NO_PIPELINES : {},
      )
    })
  }
  app.post('/:index/_doc', single)
  app.on(['POST', 'PUT'], ['/:index/_doc/:id', '/:index/_create/:id'], single)
  // As up to version 7, when each document had a type.
  const typed = (c: Context<HttpEnv>, next: Next) => (isTyped(c) ? single(c) : next())
  app.post('/:index/:type', typed)
  app.on(['POST', 'PUT'], '/:index/:type/:id', typed)
  return app
}

function isTyped(c: Context<HttpEnv>): boolean {
  const names = [c.req.param('index') ?? '', c.req.param('type') ?? '']
  return !isForUs(c.req.path, c.req.header('accept')) && !names.some((name) => name.startsWith('_'))
}

const NO_PIPELINES = { warning: '299 oddsock "pipelines are not run: documents are kept as they came"' }

/**
 * What a web page can send to a foreign server without asking it first is never a document, and of what else Elasticsearch reads,
 * nothing is ours to read but JSON.
 */
const NO_JSON = /^\s*(application\/x-www-form-urlencoded|multipart\/form-data|text\/plain|.*\b(cbor|smile|yaml))\b/i

function refuseOthers(c: Context<HttpEnv>): void {
  const type = c.req.header('content-type') ?? ''
  if (!NO_JSON.test(type)) return
  throw new AppError({
    message: `Cannot take documents of the content type "${type}": expected application/x-ndjson or application/json`,
    code: 'HTTP_MEDIA_UNKNOWN',
    hint: "With curl, add -H 'Content-Type: application/x-ndjson' and send the file with --data-binary.",
  })
}

interface Named {
  readonly _index: string
  readonly _type?: string
  readonly _id: string | null
}

function itemOf({ op, index, id, fault }: BulkResult, type: Pick<Named, '_type'>): unknown {
  const named = { _index: index, ...type, _id: id ?? null }
  if (fault === undefined) return { [op]: { ...created(named), status: 201 } }
  return { [op]: { ...named, status: 400, error: { type: 'document_parsing_exception', reason: fault } } }
}

const SHARDS = { total: 1, successful: 1, failed: 0 }

/** Whether a document was there before we do not know when we answer; to its sender it comes to the same. */
function created(named: Named): object {
  return { ...named, _version: 1, result: 'created', _shards: SHARDS, _seq_no: 0, _primary_term: 1 }
}
