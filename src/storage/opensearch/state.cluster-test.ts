import assert from 'node:assert/strict'
import { test } from 'node:test'
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
