import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isTextField } from '../../query/text-field.ts'
import { type CompiledQuery, compileQuery, type FieldKind, type FieldOf, ownFields } from './compile-query.ts'
import { EVENT_FIELDS } from './schema.ts'
import { QUERIES, type QueryCase } from './testing/queries.ts'

const NUMBERS = ['destination.port', 'process.pid']
const ecsFields: FieldOf = (name) => ({ name, kind: kindInEcs(name) })

function kindInEcs(name: string): FieldKind {
  if (name === 'no.such') return 'none'
  if (isTextField(name)) return 'text'
  return name.endsWith('.ip') ? 'ip' : NUMBERS.includes(name) ? 'number' : 'keyword'
}

function compiledAs(expected: QueryCase['own']): CompiledQuery {
  return 'wider' in expected
    ? { dsl: expected.wider as CompiledQuery['dsl'], exact: false }
    : { dsl: expected, exact: true }
}

for (const { name, query, own, ecs = own } of QUERIES)
  test(`the query for ${name} becomes one of the cluster`, () => {
    assert.deepEqual(compileQuery(query, ownFields(EVENT_FIELDS)), compiledAs(own), 'in our own indices')
    assert.deepEqual(compileQuery(query, ecsFields), compiledAs(ecs), 'in indices with the mapping of ECS')
  })
