import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ExceptionItem } from '../domain/exception.ts'
import { SILENT } from '../domain/log.ts'
import { SECOND } from '../domain/time.ts'
import { openMemory } from '../storage/memory/open-memory.ts'
import { FakeClock } from './clock.ts'
import { ExceptionList } from './exception-list.ts'

function item(id: string): ExceptionItem {
  return { item_id: id, name: id, entries: [{ type: 'exists', field: 'host.name', operator: 'included' }] }
}

test('exceptions outlive the process that took them in, in their order', async () => {
  const { state } = openMemory()
  const list = new ExceptionList(state)
  await list.load()
  assert.deepEqual(list.items, [])
  for (const id of ['b', 'a', '__proto__']) assert.equal(await list.add(item(id)), 'added')
  assert.equal(await list.add(item('a')), 'exists')
  assert.equal(await list.remove('b'), 'removed')
  assert.equal(await list.remove('b'), 'missing')
  const later = new ExceptionList(state)
  await later.load()
  assert.deepEqual(later.items, [item('a'), item('__proto__')])
  assert.deepEqual(list.items, later.items)
})

test('two who change the list at once lose nothing of each other', async () => {
  const { state } = openMemory()
  const lists = [new ExceptionList(state), new ExceptionList(state)]
  await Promise.all([1, 2, 3, 4, 5, 6].map((n) => lists[n % 2]!.add(item(String(n)))))
  await lists[0]!.load()
  assert.deepEqual(lists[0]!.items.map(({ item_id }) => item_id).sort(), ['1', '2', '3', '4', '5', '6'])
})

test('a server that follows the list knows within seconds what others have made of it', async () => {
  const { state } = openMemory()
  const [ours, theirs] = [new ExceptionList(state), new ExceptionList(state)]
  const [clock, stopping] = [new FakeClock(0), new AbortController()]
  const following = ours.follow(clock, SILENT, stopping.signal)
  await theirs.add(item('a'))
  await clock.advance(5 * SECOND)
  assert.deepEqual(ours.items, [item('a')])
  stopping.abort()
  await following
})
