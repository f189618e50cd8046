import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RecentLandmarks } from './recent-landmarks.ts'

const rowOf = (host: string | null, action: string) => ({ key: `${host} ${action}`, values: [host, action] })
const told = (recent: RecentLandmarks, host: string | null, start: number, end: number) =>
  recent.observe(host, { start, end }).map(({ values, count, first, last }) => [values[1], count, first, last])

test('landmarks are counted for a host and a span, its end left out', () => {
  const recent = new RecentLandmarks()
  for (const [host, action, time] of [
    ['web', 'login', 10],
    ['web', 'apt', 20],
    ['db', 'apt', 21],
    ['web', 'login', 30],
    ['web', 'login', 40],
    [null, 'login', 30],
  ] as const)
    recent.note(rowOf(host, action), time, time)
  assert.deepEqual(told(recent, 'web', 10, 40), [
    ['login', 2, 10, 30],
    ['apt', 1, 20, 20],
  ])
  assert.deepEqual(told(recent, null, 0, 100), [['login', 1, 30, 30]])
  assert.deepEqual(told(recent, 'nobody', 0, 100), [])
})

test('a host keeps its newest, and says so when nothing is left of a span', () => {
  const recent = new RecentLandmarks(3)
  for (let time = 1; time <= 5; time++) recent.note(rowOf('web', 'login'), time, time)
  assert.equal(recent.letGo, 2)
  assert.deepEqual(told(recent, 'web', 0, 9), [['login', 3, 3, 5]])
  assert.deepEqual(told(recent, 'web', 6, 9), [])
  assert.throws(() => recent.observe('web', { start: 1, end: 3 }), RangeError)
})

test('of too many hosts those are kept that had a landmark last, and of the others it is said that nobody knows', () => {
  const recent = new RecentLandmarks(3, 2)
  for (const host of ['a', 'b', 'a', 'c']) recent.note(rowOf(host, 'login'), 1, 1)
  assert.equal(recent.letGo, 1)
  assert.equal(told(recent, 'a', 0, 9).length, 1)
  assert.equal(told(recent, 'c', 0, 9).length, 1)
  assert.throws(() => recent.observe('b', { start: 0, end: 9 }), RangeError)
  assert.deepEqual(told(recent, 'b', 2, 9), [])
  recent.note(rowOf('b', 'login'), 5, 5)
  assert.throws(() => recent.observe('b', { start: 0, end: 5 }), RangeError)
  assert.equal(told(recent, 'b', 0, 9).length, 1)
})
