import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import type { StateStore } from '../state-store.ts'

/** A value of any size is written only by who saw its newest version, and comes back to the bit. */
export function keepsStateByVersion(name: string, open: () => Promise<StateStore>, runs: number): void {
  test(`${name} writes a value by the version that was seen, and refuses any other`, async () => {
    const store = await open()
    assert.equal(await store.get('k'), undefined)
    assert.equal(await store.put('k', { a: 1 }, 1), 'conflict')
    assert.equal(await store.put('k', { a: 1 }, 0), 'written')
    assert.equal(await store.put('k', { a: 2 }, 0), 'conflict')
    assert.deepEqual(await store.get('k'), { version: 1, doc: { a: 1 } })
    assert.equal(await store.put('k', null, 1), 'written')
    assert.deepEqual(await store.get('k'), { version: 2, doc: null })
  })

  test(`${name} lists keys by what they begin with, in order`, async () => {
    const store = await open()
    for (const key of ['job/b', 'rule/a', 'job/a', '__proto__', 'job/a/1']) await store.put(key, key, 0)
    assert.deepEqual(await store.keys('job/'), ['job/a', 'job/a/1', 'job/b'])
    assert.deepEqual(await store.keys('__'), ['__proto__'])
    assert.deepEqual(await store.keys('x'), [])
    assert.equal((await store.get('__proto__'))!.doc, '__proto__')
  })

  test(`${name} removes values, and takes their keys for new ones afterwards`, async () => {
    const store = await open()
    for (const key of ['a', 'b', '__proto__']) await store.put(key, key, 0)
    await store.put('a', 'changed', 1)
    await store.remove(['a', '__proto__', 'not there'])
    assert.deepEqual(await store.keys(''), ['b'])
    assert.equal(await store.get('a'), undefined)
    assert.equal(await store.put('a', 'again', 2), 'conflict')
    assert.equal(await store.put('a', 'again', 0), 'written')
    assert.deepEqual(await store.get('a'), { version: 1, doc: 'again' })
    await store.remove([])
  })

  test(`${name} keeps values that are too long for one document or row, and replaces and removes them whole`, async () => {
    const store = await open()
    // Ten million digits that nothing packs to less than half: a model of many hosts.
    const [first, second] = ['first', 'second'].map((seed) => noise(seed, 10_000_000))
    assert.equal(await store.put('long', { rows: first }, 0), 'written')
    assert.equal(await store.put('long', { rows: second }, 0), 'conflict')
    assert.deepEqual(await store.get('long'), { version: 1, doc: { rows: first } })
    assert.equal(await store.put('long', { rows: second }, 1), 'written')
    assert.deepEqual(await store.get('long'), { version: 2, doc: { rows: second } })
    assert.deepEqual(await store.keys(''), ['long'])
    assert.equal(await store.put('long', 'short', 2), 'written')
    assert.deepEqual(await store.get('long'), { version: 3, doc: 'short' })
    await store.put('long', first, 3)
    await store.remove(['long'])
    assert.equal(await store.get('long'), undefined)
    assert.deepEqual(await store.keys(''), [])
  })

  test(`${name} keeps every bit of a number, and nothing of the caller's object`, () =>
    fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.double({ noNaN: true, noDefaultInfinity: true }), async (json, number) => {
        const store = await open()
        const inner = [number]
        const value = [json, number, { inner }]
        const before = JSON.parse(JSON.stringify(value))
        await store.put('k', value, 0)
        inner.push(1)
        assert.deepEqual((await store.get('k'))!.doc, before)
      }),
      { numRuns: runs },
    ))
}

/** Hexadecimal digits of a hash of hashes. */
function noise(seed: string, length: number): string {
  let text = ''
  for (let n = 0; text.length < length; n++) text += createHash('sha512').update(`${seed} ${n}`).digest('hex')
  return text.slice(0, length)
}
