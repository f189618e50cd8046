import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Alert } from '../domain/alert.ts'
import { MINUTE } from '../domain/time.ts'
import { bucketOfAlert, stretchesOf, subjectOf } from './stretches.ts'

const SPAN = 15 * MINUTE
const at = (text: string) => Date.parse(`2026-03-${text}:00Z`)

function alertOf(joined: readonly (readonly [program: string, first: string, last: string])[]): Alert {
  return {
    '@timestamp': '2026-03-09T12:00:00.000Z',
    'kibana.alert.uuid': 'a',
    'kibana.alert.workflow_status': 'open',
    timestamp: at('09T11:45'),
    bucket_span: 900,
    by_field_name: 'oddsock.program',
    by_field_value: '/tmp/nc',
    partition_field_name: 'host.name',
    partition_field_value: 'web-1',
    oddsock: {
      user: 'ann',
      joined: joined.map(([program, first, last]) => ({
        ...{ program, host: 'web-1', user: 'ann', buckets: 1, record_score: 60, peers: [] },
        first: new Date(at(first)).toISOString(),
        last: new Date(at(last)).toISOString(),
      })),
    },
  }
}

/** Each as `from to own programs`, times as day and minute. */
const told = (alert: Alert) =>
  stretchesOf(alert, SPAN).map(({ from, to, own, joined }) => {
    const time = (ms: number) => new Date(ms).toISOString().slice(8, 16)
    return [time(from), time(to), own, joined.map(({ by_field_value }) => by_field_value).join()].join(' ')
  })

test('the events of an alert alone lie in its bucket', () => {
  assert.deepEqual(told(alertOf([])), ['09T11:45 09T12:00 true '])
})

test('what joined an alert is looked for from its first bucket to its last, and no time is looked at twice', () => {
  const alert = alertOf([
    ['/tmp/nc', '09T12:30', '09T13:00'],
    ['/usr/bin/curl', '09T11:45', '09T12:45'],
  ])
  assert.deepEqual(told(alert), [
    '09T11:45 09T12:00 true /usr/bin/curl',
    '09T12:00 09T12:30 false /usr/bin/curl',
    '09T12:30 09T13:00 false /tmp/nc,/usr/bin/curl',
    '09T13:00 09T13:15 false /tmp/nc',
  ])
})

test('a long time is looked at day by day, and one between in which nothing joined is not', () => {
  assert.deepEqual(told(alertOf([['/tmp/nc', '10T23:30', '12T00:00']])), [
    '09T11:45 09T12:00 true ',
    '10T23:30 11T00:00 false /tmp/nc',
    '11T00:00 12T00:00 false /tmp/nc',
    '12T00:00 12T00:15 false /tmp/nc',
  ])
})

test('an alert that does not tell the length of its bucket has that of its job', () => {
  const { bucket_span: _, ...alert } = alertOf([])
  assert.deepEqual(bucketOfAlert(alert as Alert, 60 * MINUTE), { start: at('09T11:45'), end: at('09T12:45') })
})

test('only an alert of a job that judges accounts is about one', () => {
  const alert = alertOf([])
  assert.deepEqual(subjectOf(alert).oddsock, { user: 'ann' })
  assert.equal(subjectOf({ ...alert, oddsock: { sentence: 'odd' } }).oddsock, undefined)
})
