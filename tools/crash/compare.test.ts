import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Alert } from '../../src/domain/alert.ts'
import { compareAlerts, compareDelivery, firstDifference } from './compare.ts'

test('what was acknowledged and is not there is lost, what is there twice is doubled, what nobody sent is foreign', () => {
  const sent = new Set(['a', 'b', 'c', 'd'])
  const cases = [
    { stored: ['a', 'b'], acknowledged: ['a', 'b'], expect: { lost: [], doubled: [], foreign: [] } },
    { stored: ['a', 'b', 'c'], acknowledged: ['a', 'b'], expect: { lost: [], doubled: [], foreign: [] } },
    { stored: ['a'], acknowledged: ['a', 'b'], expect: { lost: ['b'], doubled: [], foreign: [] } },
    { stored: ['a', 'b', 'a'], acknowledged: ['a', 'b'], expect: { lost: [], doubled: ['a'], foreign: [] } },
    { stored: ['a', 'x'], acknowledged: ['a'], expect: { lost: [], doubled: [], foreign: ['x'] } },
  ]
  for (const { stored, acknowledged, expect } of cases)
    assert.deepEqual(compareDelivery(stored, acknowledged, sent), expect)
})

test('an order that differs is told by its first place', () => {
  assert.equal(firstDifference(['a', 'b'], ['a', 'b']), undefined)
  assert.equal(firstDifference(['a', 'c'], ['a', 'b', 'c']), 'at place 2 of 3: c, expected b')
  assert.equal(firstDifference(['a'], ['a', 'b']), 'at place 2 of 2: nothing, expected b')
  assert.equal(firstDifference(['a', 'b'], ['a']), 'at place 2 of 1: b, expected nothing')
})

const alert = (id: string, phase: string, more: Record<string, unknown> = {}): Alert => ({
  '@timestamp': '2026-01-06T00:02:00.000Z',
  'kibana.alert.original_time': '2026-01-06T00:00:00.000Z',
  'kibana.alert.uuid': id,
  'kibana.alert.workflow_status': 'open',
  oddsock: { alert: { phase }, score: 1 },
  ...more,
})

test('confirmed alerts must be the same in every field, but for time of day and the word of people', () => {
  const told = { oddsock: { alert: { phase: 'confirmed', provisional_at: '2026-01-06T00:00:07.000Z' }, score: 1 } }
  const cases: readonly { why: string; actual: Alert[]; expected: Alert[]; differences: object }[] = [
    { why: 'equal', actual: [alert('a', 'confirmed')], expected: [alert('a', 'confirmed')], differences: {} },
    { why: 'none', actual: [], expected: [alert('a', 'confirmed')], differences: { missing: ['a'] } },
    { why: 'one more', actual: [alert('a', 'confirmed')], expected: [], differences: { surplus: ['a'] } },
    {
      why: 'another score',
      actual: [alert('a', 'confirmed', { 'kibana.alert.risk_score': 21 })],
      expected: [alert('a', 'confirmed', { 'kibana.alert.risk_score': 22 })],
      differences: { changed: ['a: kibana.alert.risk_score'] },
    },
    {
      why: 'a field more within',
      actual: [alert('a', 'confirmed', { oddsock: { alert: { phase: 'confirmed' }, score: 1, count: 2 } })],
      expected: [alert('a', 'confirmed')],
      differences: { changed: ['a: oddsock'] },
    },
    {
      why: 'told before',
      actual: [alert('a', 'confirmed', told)],
      expected: [alert('a', 'confirmed')],
      differences: {},
    },
    {
      why: 'acknowledged by a person',
      actual: [alert('a', 'confirmed', { 'kibana.alert.workflow_status': 'acknowledged' })],
      expected: [alert('a', 'confirmed')],
      differences: {},
    },
    { why: 'withdrawn', actual: [alert('a', 'withdrawn')], expected: [], differences: {} },
    {
      why: 'withdrawn instead of confirmed',
      actual: [alert('a', 'withdrawn')],
      expected: [alert('a', 'confirmed')],
      differences: { missing: ['a'] },
    },
    {
      why: 'its bucket is open',
      actual: [alert('a', 'provisional', { 'kibana.alert.original_time': '2026-01-06T00:15:00.000Z' })],
      expected: [],
      differences: {},
    },
    { why: 'not settled', actual: [alert('a', 'provisional')], expected: [], differences: { unsettled: ['a'] } },
  ]
  for (const { why, actual, expected, differences } of cases)
    assert.deepEqual(
      compareAlerts(actual, expected, Date.UTC(2026, 0, 6, 0, 15)),
      { missing: [], surplus: [], changed: [], unsettled: [], ...differences },
      why,
    )
})
