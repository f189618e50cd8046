import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DAY, HOUR, MINUTE } from '../domain/time.ts'
import { rhythmOf } from './rhythm.ts'

const SPAN = 15 * MINUTE
const at = (text: string) => Date.parse(`${text}Z`)

for (const { what, begun, now, expect } of [
  { what: 'what is new has no pace', begun: [], now: '2026-03-01T02:00', expect: { times: 1 } },
  { what: 'two times are no pace', begun: ['2026-02-01T02:00'], now: '2026-03-01T02:00', expect: { times: 2 } },
  {
    what: 'a job of the first of the month comes every 31 days or so, at its time',
    begun: ['2026-01-01T02:00', '2026-02-01T02:15'],
    now: '2026-03-01T02:00',
    expect: { times: 3, every: 31 * DAY + 15 * MINUTE, timeOfDay: 2 * HOUR + 7.5 * MINUTE },
  },
  {
    what: 'a quarterly job has distances of 90, 91 and 92 days',
    begun: ['2026-01-01T02:00', '2026-04-01T02:00', '2026-07-01T02:00'],
    now: '2026-10-01T02:00',
    expect: { times: 4, every: 91 * DAY, timeOfDay: 2 * HOUR },
  },
  {
    what: 'workdays are no steady distance, but a time of day, across midnight too',
    begun: ['2026-03-05T23:45', '2026-03-07T00:00', '2026-03-09T23:45'],
    now: '2026-03-11T00:15',
    expect: { times: 4, timeOfDay: 0 },
  },
  {
    what: 'an hourly beacon has a distance and no time of day',
    begun: ['2026-03-01T01:00', '2026-03-01T02:00', '2026-03-01T03:15'],
    now: '2026-03-01T04:15',
    expect: { times: 4, every: HOUR },
  },
  {
    what: 'a tool that somebody uses now and then has neither',
    begun: ['2026-03-01T09:00', '2026-03-01T15:30', '2026-03-04T11:00'],
    now: '2026-03-09T16:00',
    expect: { times: 4 },
  },
])
  test(what, () => assert.deepEqual(rhythmOf(begun.map(at), at(now), SPAN), expect))

test('what it did long ago is counted, and says nothing of its pace', () => {
  const long = ['2026-01-02T09:00', '2026-01-02T17:30'].map(at)
  const weekly = Array.from({ length: 8 }, (_, i) => at('2026-01-11T03:00') + 7 * i * DAY)
  const rhythm = rhythmOf([...long, ...weekly], at('2026-01-11T03:00') + 56 * DAY, SPAN)
  assert.deepEqual(rhythm, { times: 11, every: 7 * DAY, timeOfDay: 3 * HOUR })
})
