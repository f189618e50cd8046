import assert from 'node:assert/strict'
import { test } from 'node:test'
import { filterPath } from './filter-path.ts'

const REPLY = {
  took: 3,
  errors: true,
  items: [
    { index: { _id: '1', status: 201 } },
    { create: { _id: '2', status: 400, error: { type: 'x', reason: 'bad' } } },
  ],
}

/** After the page on response filtering of the Elasticsearch reference. */
const CASES: readonly { readonly paths: string; readonly expect: unknown }[] = [
  { paths: 'took', expect: { took: 3 } },
  { paths: 't*,errors', expect: { took: 3, errors: true } },
  {
    paths: 'errors,items.*.error,items.*.status',
    expect: {
      errors: true,
      items: [{ index: { status: 201 } }, { create: { status: 400, error: { type: 'x', reason: 'bad' } } }],
    },
  },
  { paths: 'items.*.error.reason', expect: { items: [{ create: { error: { reason: 'bad' } } }] } },
  { paths: '**.reason', expect: { items: [{ create: { error: { reason: 'bad' } } }] } },
  { paths: '**', expect: REPLY },
  { paths: 'items', expect: { items: REPLY.items } },
  { paths: '-items', expect: { took: 3, errors: true } },
  {
    paths: '-**.error,-took',
    expect: { errors: true, items: [{ index: { _id: '1', status: 201 } }, { create: { _id: '2', status: 400 } }] },
  },
  {
    paths: 'items.*.*,-items.*._id',
    expect: { items: [{ index: { status: 201 } }, { create: { status: 400, error: { type: 'x', reason: 'bad' } } }] },
  },
  { paths: 'nothing', expect: {} },
  { paths: 'errors.deeper', expect: {} },
  { paths: ' , ', expect: REPLY },
]

for (const { paths, expect } of CASES) {
  test(`filter_path=${paths} leaves ${JSON.stringify(expect).slice(0, 60)}`, () => {
    assert.deepEqual(filterPath(REPLY, paths), expect)
  })
}

test('a path made to be slow is not', () => {
  const paths = Array.from({ length: 1000 }, () => `${'**.*a'.repeat(20)}.${'*a'.repeat(200)}b`).join(',')
  assert.deepEqual(filterPath({ [`${'a'.repeat(2000)}`]: REPLY }, paths), {})
})
