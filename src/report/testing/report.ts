import type { Alert } from '../../domain/alert.ts'
import { DAY, HOUR, isoTime, MINUTE } from '../../domain/time.ts'
import type { Report } from '../report.ts'

export const START: number = Date.UTC(2026, 2, 2)
const SPAN = 15 * MINUTE

/** An alert as the product makes it, as far as the page reads it. */
export function alertOf(process: string, host: string, score: number, time: number = START + 6 * DAY): Alert {
  const event = { '@timestamp': isoTime(time), host: { name: host }, process: { name: process } }
  return {
    '@timestamp': isoTime(time + HOUR),
    'kibana.alert.uuid': `${process} ${host} ${time}`,
    'kibana.alert.workflow_status': 'open',
    job_id: 'odd_ones',
    'kibana.alert.rule.name': 'Unusual Linux Network Activity',
    'kibana.alert.severity': 'low',
    timestamp: time,
    record_score: score,
    process: { name: process },
    host: { name: host },
    oddsock: {
      sentence: `${process} on ${host} used the network for the first time`,
      first_seen: isoTime(time),
      last_seen: isoTime(time + MINUTE),
      history: { buckets: 576 },
      evidence: {
        count: 1,
        events: [event],
        facets: [{ field: 'destination.ip', values: [{ value: '203.0.113.7', count: 1 }], others: 0 }],
      },
    },
  }
}

/** A week of two hosts of which one fell silent, with a story of two alerts and one of one; `other` replaces what a test is about. */
export function reportOf(other: Partial<Report> = {}): Report {
  const buckets = Array.from({ length: 672 }, (_, i) => START + i * SPAN)
  const odd = START + 6 * DAY
  return {
    title: 'oddsock scan of logs/',
    generatedAt: START + 8 * DAY,
    command: "oddsock scan logs/ --html 'my report.html'",
    range: { from: START, to: START + 7 * DAY },
    bucketSpan: SPAN,
    jobs: [{ id: 'odd_ones', threshold: 50, isNovelty: false }],
    inputs: [{ path: 'logs/audit.log', format: 'audit-log', bytes: 1_234_567, events: 5000, rejects: 0 }],
    counts: { bytes: 1_234_567, events: 5000, matched: 4000, copies: 3, late: 2, buckets: 672 },
    rejects: [],
    alerts: [alertOf('xmrig', 'web-1', 87.9), alertOf('xmrig', 'web-1', 60, odd + SPAN), alertOf('nc', 'web-2', 55)],
    records: [
      { job: 'odd_ones', timestamp: odd, value: 'xmrig', hosts: ['web-1'], record_score: 87.9 },
      { job: 'odd_ones', timestamp: odd + SPAN, value: 'xmrig', hosts: ['web-1'], record_score: 60 },
      { job: 'odd_ones', timestamp: odd, value: 'nc', hosts: ['web-2'], record_score: 55 },
      { job: 'odd_ones', timestamp: odd, value: 'curl', hosts: ['web-1', 'web-2'], record_score: 3 },
    ],
    presence: new Map([
      ['xmrig', { starts: [odd, odd + SPAN], buckets: 2 }],
      ['nc', { starts: [odd], buckets: 1 }],
      ['curl', { starts: buckets.slice(-600), buckets: 640 }],
    ]),
    hosts: [
      {
        name: 'web-1',
        first: START,
        last: START + 7 * DAY,
        events: 4000,
        activity: new Map(buckets.map((b) => [b, 6])),
      },
      {
        name: 'web-2',
        first: START,
        last: odd + HOUR,
        events: 1000,
        activity: new Map([[START, 1000]]),
        silentSince: odd + HOUR,
      },
    ],
    rarest: { programs: [], peers: [] },
    notJudged: [],
    warnings: [],
    ...other,
  }
}
