import assert from 'node:assert/strict'
import { test } from 'node:test'
import { packed, unpacked } from './packed.ts'

const repeated = (length: number) => 'ab'.repeat(length / 2)

test('a short document stays text that people can read', async () => {
  assert.equal(await packed({ a: ['\0', '\ud83d', '😀'] }), '{"a":["\\u0000","\\ud83d","😀"]}')
})

test('a long document takes less room, and comes back whole', async () => {
  const doc = { text: repeated(1e6), names: ['\0', '\ud83d', '😀', '__proto__'] }
  const bytes = await packed(doc)
  assert.ok(Buffer.isBuffer(bytes) && bytes.length < 1e5)
  assert.deepEqual(await unpacked(bytes, 'it'), doc)
})

test('a document is taken down as it is at the call', async () => {
  const doc = { text: repeated(1e5) }
  const packing = packed(doc)
  doc.text = 'changed'
  assert.deepEqual(await unpacked(await packing, 'it'), { text: repeated(1e5) })
})

test('damage is told, with the name of what is damaged', async () => {
  for (const doc of ['{"a":', Buffer.from('no zlib')])
    await assert.rejects(unpacked(doc, 'model "a"'), { code: 'STORE_DAMAGED', message: /model "a"/ })
})
