import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import * as v from 'valibot'
import { api } from './api.ts'
import { jsonSchemaOf } from './json-schema.ts'
import { OPERATIONS, openApiDocument } from './openapi.ts'
import { stored } from './testing/stored.ts'

const GOLDEN = new URL('../../docs/reference/openapi.json', import.meta.url)

test('every route is described, and nothing else is', async () => {
  const { deps } = await stored()
  const routes = api(deps).routes.map(({ method, path }) => `${method.toLowerCase()} ${path}`)
  const described = OPERATIONS.map(({ method, path }) => `${method} ${path}`)
  assert.deepEqual([...new Set(routes)].sort(), described.sort())
})

test('the description is that of the docs (else: npm run golden, and read the diff)', async () => {
  const golden = JSON.parse(readFileSync(GOLDEN, 'utf8'))
  assert.deepEqual(JSON.parse(JSON.stringify(openApiDocument())), golden)
  const { call } = await stored()
  assert.deepEqual(await (await call('/api/v1/openapi.json')).json(), golden)
})

test('a body is described as its schema checks it', () => {
  const schema = v.strictObject({
    status: v.picklist(['a', 'b']),
    note: v.exactOptional(v.pipe(v.string(), v.nonEmpty(), v.maxLength(9))),
    dry: v.optional(v.boolean(), false),
    scope: v.array(v.string()),
  })
  assert.deepEqual(jsonSchemaOf(schema), {
    type: 'object',
    properties: {
      status: { enum: ['a', 'b'] },
      note: { type: 'string', minLength: 1, maxLength: 9 },
      dry: { type: 'boolean', default: false },
      scope: { type: 'array', items: { type: 'string' } },
    },
    required: ['status', 'scope'],
    additionalProperties: false,
  })
  assert.throws(() => jsonSchemaOf(v.bigint()), RangeError)
})
