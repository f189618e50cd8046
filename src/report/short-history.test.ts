import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DAY, HOUR, SECOND } from '../domain/time.ts'
import { isShort, shortHistory } from './short-history.ts'

const RARE = { isNovelty: false }
const NOVELTY = { isNovelty: true }

const TABLE: readonly { given: number; jobs: readonly { isNovelty: boolean }[]; expect: string; why: string }[] = [
  {
    given: 2 * HOUR,
    jobs: [RARE],
    expect: '2 hours of data: rare means rare in these 2 hours, and of less than a day that says little.',
    why: 'after a day a new name reaches about 50',
  },
  { given: DAY, jobs: [RARE], expect: '1 day of data: rare means rare in this day.', why: 'a day says something' },
  {
    given: 2 * HOUR,
    jobs: [NOVELTY],
    expect:
      '2 hours of data: new means new in these 2 hours, and nothing is an alert in the first 3 days: what is odd is listed instead.',
    why: 'a fleet of less than three days has no alerts',
  },
  {
    given: 3 * DAY,
    jobs: [NOVELTY],
    expect: '3 days of data: new means new in these 3 days, and nothing was an alert in the first 3 days.',
    why: 'from the third day on there are alerts',
  },
  {
    given: 2 * DAY,
    jobs: [NOVELTY, RARE, RARE],
    expect:
      '2 days of data: new means new in these 2 days, and nothing is an alert in the first 3 days: what is odd is listed instead; rare means rare in these 2 days.',
    why: 'each kind of job once, in the order in which they ran',
  },
  { given: SECOND, jobs: [RARE], expect: 'A moment of data: nothing can be rare or new in it.', why: 'no duration' },
]

for (const { given, jobs, expect, why } of TABLE)
  test(`what a short history means: ${why}`, () => assert.deepEqual(shortHistory(given, jobs), [expect]))

test('a week is not short, and without a job nothing is rare or new', () => {
  assert.deepEqual(shortHistory(7 * DAY, [RARE, NOVELTY]), [])
  assert.deepEqual(shortHistory(HOUR, []), [])
  assert.deepEqual([isShort(7 * DAY - 1), isShort(7 * DAY)], [true, false])
})
