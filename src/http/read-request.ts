import type { Context } from 'hono'
import type * as v from 'valibot'
import { AppError } from '../domain/error.ts'
import { checkValue } from '../domain/fault.ts'
import { ALL, type Query } from '../query/ast.ts'
import { parseKql } from '../query/kql.ts'
import type { HttpEnv } from './http-env.ts'
import { BODY_LIMITS, textOf } from './request-body.ts'

type Asked = Context<HttpEnv>

const MOST = 1_000
const USUAL = 100

/** Where it is told what a request may say. */
const SEE_OPENAPI = 'What each request takes is told by /api/v1/openapi.json.'

/** `?query=` in the Kibana query language. @throws AppError QUERY_UNREADABLE */
export function queryOf(c: Asked): Query {
  const text = c.req.query('query')
  return text === undefined ? ALL : parseKql(text)
}

/** `?limit=`: 1 to 1,000. @throws AppError HTTP_PARAMETER_INVALID */
export function limitOf(c: Asked): number {
  const text = c.req.query('limit')
  if (text === undefined) return USUAL
  const limit = Number(text)
  if (/^\d+$/.test(text) && limit >= 1 && limit <= MOST) return limit
  throw invalidParameter('limit', text, `a whole number from 1 to ${MOST}`)
}

export function invalidParameter(name: string, text: string, expected: string): AppError {
  return new AppError({
    message: `Cannot answer: ${name} is "${text}", expected ${expected}`,
    where: name,
    code: 'HTTP_PARAMETER_INVALID',
    hint: SEE_OPENAPI,
  })
}

/** A change is a few lines of JSON. */
const LIMITS = { ...BODY_LIMITS, bytes: 64 * 1024 }

/** The JSON body as its schema has it. @throws AppError HTTP_BODY_INVALID with its first fault, or one of `request-body.ts` */
export async function jsonOf<Schema extends v.GenericSchema>(c: Asked, schema: Schema): Promise<v.InferOutput<Schema>> {
  const text = await textOf(c, LIMITS)
  let json: unknown
  try {
    json = JSON.parse(text === '' ? '{}' : text)
  } catch (cause) {
    throw new AppError({
      message: `Cannot read the body as JSON: ${(cause as Error).message}`,
      code: 'HTTP_BODY_INVALID',
      hint: SEE_OPENAPI,
      cause,
    })
  }
  const { value, problems } = checkValue(schema, json)
  const [first] = problems
  if (first)
    throw new AppError({ message: `Cannot take the body: ${first.says}`, code: 'HTTP_BODY_INVALID', hint: SEE_OPENAPI })
  return value as v.InferOutput<Schema>
}

/** The version that a change is of: `If-Match: "3"`. @throws AppError HTTP_VERSION_MISSING */
export function versionOf(c: Asked): number {
  const [, version] = /^\s*(?:W\/)?"?(\d{1,15})"?\s*$/.exec(c.req.header('if-match') ?? '') ?? []
  if (version !== undefined) return Number(version)
  throw new AppError({
    message: 'Cannot change anything without the version that was seen',
    code: 'HTTP_VERSION_MISSING',
    hint: 'Send If-Match with the ETag, or the _version, of the document.',
  })
}

export function notFound(what: string): AppError {
  return new AppError({
    message: `Cannot find ${what}`,
    code: 'HTTP_NOT_FOUND',
    hint: 'List what there is: an id may be cut short, or be gone by now.',
  })
}
