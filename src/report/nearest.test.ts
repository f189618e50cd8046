import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DAY } from '../domain/time.ts'
import { heldBackText, nearest } from './nearest.ts'
import type { ReportRecord } from './report.ts'
import { START } from './testing/report.ts'

const record = (value: string, record_score: number, other: Partial<ReportRecord> = {}): ReportRecord => ({
  job: 'odd_ones',
  timestamp: START + DAY,
  value,
  hosts: ['web-1'],
  record_score,
  ...other,
})

test('closest is the highest score that a lower threshold would show, whatever else is higher', () => {
  const records = [
    record('alert', 80),
    record('low', 20),
    record('next', 40),
    record('early', 45, { untold: 'learning' }),
    record('same', 49, { untold: 'incident' }),
    record('known', 48, { untold: 'expected' }),
  ]
  assert.equal(nearest(records, 50).below?.value, 'next')
  assert.deepEqual(nearest(records, 50).heldBack, [])
  assert.equal(nearest(records.slice(3), 50).below, undefined)
})

test('what reached the threshold while learning is counted, and the highest of it named', () => {
  const records = [
    record('early', 50, { untold: 'learning' }),
    record('odd\u001b', 69.9, { untold: 'learning', hosts: ['a', 'b', 'c', 'd'] }),
    record('lower', 49, { untold: 'learning' }),
  ]
  const { heldBack } = nearest(records, 50)
  assert.equal(
    heldBackText(heldBack, 50),
    '2 findings reached the threshold of 50, and were held back while learning; the highest score is 69: odd␛ on a, b, c and 1 more, 2026-03-03 00:00 UTC',
  )
  assert.match(heldBackText(heldBack.slice(1), 50), /^1 finding reached the threshold of 50, and was held back/)
  assert.match(heldBackText(heldBack, 0), /^2 findings were held back while learning; /)
})
