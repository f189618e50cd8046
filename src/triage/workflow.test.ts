import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Alert } from '../domain/alert.ts'
import { judged, verdictsOf } from './workflow.ts'

const ALERT: Alert = {
  '@timestamp': '2026-03-02T00:00:00.000Z',
  'kibana.alert.uuid': 'a',
  'kibana.alert.workflow_status': 'open',
  record_score: 80,
  oddsock: { sentence: 'x' },
}
const NOW = Date.parse('2026-03-02T10:00:00Z')

test('a verdict changes the status and is remembered with its time, and nothing else of the alert changes', () => {
  assert.deepEqual(judged(ALERT, { status: 'closed', reason: 'noise', note: 'weekly job', by: 'ann' }, NOW), {
    ...ALERT,
    'kibana.alert.workflow_status': 'closed',
    'kibana.alert.workflow_status_updated_at': '2026-03-02T10:00:00.000Z',
    'kibana.alert.workflow_reason': 'noise',
    'kibana.alert.workflow_user': 'ann',
    'kibana.alert.workflow_history': [
      { at: '2026-03-02T10:00:00.000Z', status: 'closed', reason: 'noise', note: 'weekly job', by: 'ann' },
    ],
  })
})

test('an alert that is opened again has no reason for being closed, and still knows that it was', () => {
  const closed = judged(ALERT, { status: 'closed', reason: 'real', by: 'ann' }, NOW)
  const opened = judged(closed, { status: 'open' }, NOW + 1)
  assert.equal(opened['kibana.alert.workflow_status'], 'open')
  assert.equal(opened['kibana.alert.workflow_reason'], undefined)
  assert.equal(opened['kibana.alert.workflow_user'], undefined)
  assert.deepEqual(
    verdictsOf(opened).map(({ status }) => status),
    ['closed', 'open'],
  )
})
