import { AppError } from '../domain/error.ts'

/** Which answer an error is; what is not listed was wrong with what the client asked. */
const STATUS: ReadonlyMap<string, number> = new Map([
  ['HTTP_KEY_MISSING', 401],
  ['HTTP_FORBIDDEN', 403],
  ['HTTP_NOT_FOUND', 404],
  ['HTTP_BODY_TOO_SLOW', 408],
  ['HTTP_CONFLICT', 409],
  ['EXCEPTION_HIDES_REAL', 409],
  ['HTTP_BODY_TOO_LARGE', 413],
  ['HTTP_ENCODING_UNKNOWN', 415],
  ['HTTP_MEDIA_UNKNOWN', 415],
  ['HTTP_VERSION_MISSING', 428],
  ['INTAKE_CLOSED', 503],
  // No waiting would help.
  ['STORAGE_READ_ONLY', 403],
])

/** Seconds after which a sender may try again. */
const RETRY_AFTER = 5

/** Status and headers of the answer to an error. What is no AppError is a bug of ours. */
export function answerOf(error: unknown): { readonly status: number; readonly headers: Record<string, string> } {
  const status = error instanceof AppError ? statusOf(error.code) : 500
  if (status === 401) return { status, headers: { 'www-authenticate': 'Basic realm="oddsock", ApiKey, Bearer' } }
  if (status === 503) return { status, headers: { 'retry-after': String(RETRY_AFTER) } }
  // What is left of the body is not worth reading.
  if (status === 408 || status === 413) return { status, headers: { connection: 'close' } }
  return { status, headers: {} }
}

function statusOf(code: string): number {
  return STATUS.get(code) ?? (/^(STORE|STORAGE)_/.test(code) ? 503 : 400)
}

/** An error as `application/problem+json` (RFC 9457) with our own `code`, `where` and `hint`. A bug tells the outside nothing. */
export function problemOf(error: unknown): Response {
  const { status, headers } = answerOf(error)
  const told =
    error instanceof AppError
      ? {
          title: error.message,
          status,
          code: error.code,
          ...(error.where !== undefined && { where: error.where }),
          ...(error.hint !== undefined && { hint: error.hint }),
        }
      : { title: 'This is a bug in oddsock; the log says more', status, code: 'BUG' }
  return Response.json(told, { status, headers: { ...headers, 'content-type': 'application/problem+json' } })
}
