import type { EcsEvent } from '../../domain/event.ts'
import type { Observation } from '../../domain/observation.ts'
import { DAY, HOUR, MINUTE } from '../../domain/time.ts'
import { evidenceOf } from '../evidence.ts'
import type { Acquaintance, Sightings } from '../history.ts'
import type { Told } from '../sentence.ts'

/** Start of the bucket that every test here is about. */
export const BUCKET = Date.UTC(2026, 2, 10, 12, 0)
export const FIELDS = ['host.name', 'process.name', 'user.name', 'destination.ip', 'oddsock.program']

/** A row of the fields above; its events stand nowhere. */
export function row(values: readonly (string | null)[], count = 1): Observation {
  return { values, count, first: BUCKET + MINUTE, last: BUCKET + 2 * MINUTE, events: [] }
}

/** An event as a decoder makes it: curl of web-1 asks 192.0.2.7 on port 443. */
export function connect(more: EcsEvent = {}): EcsEvent {
  return {
    '@timestamp': '2026-03-10T12:01:00.000Z',
    event: { category: ['network'], action: 'connected-to' },
    host: { name: 'web-1' },
    process: { name: 'curl', executable: '/usr/bin/curl', pid: 4711 },
    user: { id: '33', name: 'www-data' },
    network: { direction: 'egress' },
    destination: { ip: '192.0.2.7', port: 443 },
    oddsock: { program: '/usr/bin/curl' },
    ...more,
  }
}

export const CURL: readonly (string | null)[] = ['web-1', 'curl', 'www-data', '192.0.2.7', '/usr/bin/curl']

/** Nothing seen before, after a week of 672 buckets on three hosts. */
export const A_WEEK: Acquaintance = { historyFrom: BUCKET - 7 * DAY, bucketsScored: 672, hostsKnown: 3 }

export function seen(hosts: readonly string[], buckets = 14, last = BUCKET - 12 * HOUR): Sightings {
  return { first: BUCKET - 6 * DAY, last, buckets, events: 20, hosts }
}

/** What there is to tell of one event, and what is different about it. */
export function told(
  change: Partial<Told> & { readonly rows?: readonly Observation[]; readonly events?: readonly EcsEvent[] } = {},
): Told {
  const { rows = [row(CURL)], events = [connect()], ...rest } = change
  return {
    record: { by_field_name: 'process.name', by_field_value: 'curl', timestamp: BUCKET, bucket_span: 900 },
    host: 'web-1',
    evidence: evidenceOf(rows, FIELDS, events),
    acquaintance: A_WEEK,
    ...rest,
  }
}
