import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Feedback } from '../domain/feedback.ts'
import { openMemory } from '../storage/memory/open-memory.ts'
import { FeedbackList } from './feedback-list.ts'

function said(id: string): Feedback {
  return { id, alert: 'a', job_id: 'novel', given_at: 1, says: 'expected', scope: { program: 'x' }, until: 2 }
}

test('what people said outlives the process that took it in, in its order, and is said once', async () => {
  const { state } = openMemory()
  const list = new FeedbackList(state)
  await list.load()
  assert.deepEqual(list.items, [])
  for (const id of ['b', 'a']) assert.equal(await list.add(said(id)), 'added')
  assert.equal(await list.add({ ...said('b'), given_at: 5 }), 'exists')
  const later = new FeedbackList(state)
  await later.load()
  assert.deepEqual(later.items, [said('b'), said('a')])
})

test('two who say something at once lose nothing of each other', async () => {
  const { state } = openMemory()
  const lists = [new FeedbackList(state), new FeedbackList(state)]
  await Promise.all([1, 2, 3, 4, 5, 6].map((n) => lists[n % 2]!.add(said(String(n)))))
  await lists[0]!.load()
  assert.deepEqual(lists[0]!.items.map(({ id }) => id).sort(), ['1', '2', '3', '4', '5', '6'])
})
