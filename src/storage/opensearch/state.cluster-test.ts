import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HOUR } from '../../domain/time.ts'
import { openFresh } from './testing/fresh.ts'

test('a long value comes back to the letter, and travels packed', async () => {
  const { state, connection, prefix } = await openFresh()
  const value = { rows: Array.from({ length: 50_000 }, (_, n) => [`srv-${n % 100}`, 'é\u0000\ud800', n % 7]) }
  assert.equal(await state.put('model', value, 0), 'written')
  assert.equal(await state.put('model', { ...value, more: true }, 1), 'written')
  assert.deepEqual(await state.get('model'), { version: 2, doc: { ...value, more: true } })
  assert.deepEqual(await state.keys('mod'), ['model'])
  const { body } = await connection.request<{ hits: { hits: { _source: { journal: { packed: string } } }[] } }>(
    'POST',
    `/${prefix}-state/_search`,
    { body: { query: { term: { 'journal.key': 'model' } } } },
  )
  const [hit] = body.hits.hits
  assert.ok(hit!._source.journal.packed.length < JSON.stringify(value).length / 5)
})

test('a value in parts leaves none behind: not of the one before, nor of a writer that lost or died', async () => {
  const { state, connection, prefix, tend } = await openFresh()
  const partsLeft = async () => {
    await connection.request('POST', `/${prefix}-state/_refresh`)
    const { body } = await connection.request<{ count: number }>('POST', `/${prefix}-state/_count`, {
      body: { query: { exists: { field: 'journal.part_of' } } },
    })
    return body.count
  }
  // Eight million random bytes are ten million base64 digits, which gzip takes down to eight again.
  const value = (seed: number) =>
    Buffer.from(
      Uint32Array.from({ length: 2_000_000 }, (_, n) => Math.imul(n + seed, 0x9e3779b1) ^ (n * n)).buffer,
    ).toString('base64')
  assert.deepEqual(
    await Promise.all([state.put('model', value(1), 0), state.put('model', value(2), 0)]).then((all) => all.sort()),
    ['conflict', 'written'],
  )
  const once = await partsLeft()
  assert.ok(once > 1)
  assert.equal(await state.put('model', value(3), 1), 'written')
  assert.equal(await partsLeft(), once)
  // Two writers have died before their heads were written, one of them long ago.
  for (const [writing, time] of [
    ['died', Date.now()],
    ['died-long-ago', Date.now() - 25 * HOUR],
  ] as const) {
    const journal = { json: '', packed: 'AAAA', part_of: 'no head', writing, time }
    await connection.request('PUT', `/${prefix}-state/_doc/${writing}-0?refresh=true`, { body: { journal } })
  }
  await tend!(Date.now())
  assert.equal(await partsLeft(), once + 1)
  assert.deepEqual(await state.get('model'), { version: 2, doc: value(3) })
})
