import type { Alert } from '../domain/alert.ts'
import type { RecordSubject } from '../domain/anomaly-record.ts'
import type { BucketSpan } from '../domain/bucket.ts'
import { text, values } from '../domain/field.ts'
import { DAY, type DurationMs, type EpochMs, parseTime, SECOND } from '../domain/time.ts'
import type { JoinedEntry } from './joined.ts'

/** Time in which events belong to an alert, and what they must be about: its own record, or something that joined it. */
export interface Stretch {
  readonly from: EpochMs
  /** Exclusive. */
  readonly to: EpochMs
  /** Whether it lies in the bucket of the alert's own record. */
  readonly own: boolean
  readonly joined: readonly RecordSubject[]
}

/** What the alert's own record is about, as it is told in the alert. */
export function subjectOf(alert: Alert): RecordSubject {
  const { by_field_name, by_field_value, over_field_name, over_field_value } = alert as RecordSubject
  const { partition_field_name, partition_field_value } = alert as RecordSubject
  const user = text(alert, 'oddsock.user')
  return {
    ...(by_field_name !== undefined && { by_field_name, by_field_value: by_field_value ?? '' }),
    ...(over_field_name !== undefined && { over_field_name, over_field_value: over_field_value ?? '' }),
    ...(partition_field_name !== undefined && {
      partition_field_name,
      partition_field_value: partition_field_value ?? '',
    }),
    ...(user !== undefined && { oddsock: { user } }),
  }
}

/** @param span of the buckets of the job, for an alert that does not tell it */
export function bucketOfAlert(alert: Alert, span: DurationMs): BucketSpan {
  const start = parseTime(values(alert, 'timestamp')[0])
  const seconds = Number(text(alert, 'bucket_span') ?? Number.NaN)
  return { start, end: start + (seconds > 0 ? seconds * SECOND : span) }
}

/**
 * When the events of an alert are to be found, oldest first and without overlaps. What joined it is looked for from its first bucket to its
 * last, also in those between that were no finding by themselves; none is longer than a day, so that each is read soon.
 */
export function stretchesOf(alert: Alert, span: DurationMs): Stretch[] {
  const own = bucketOfAlert(alert, span)
  const joined = joinedOf(alert, own.end - own.start)
  const parts = [own, ...joined].filter(({ start, end }) => start < end)
  const edges = [...new Set(parts.flatMap(({ start, end }) => [start, ...midnights(start, end), end]))]
  edges.sort((a, b) => a - b)
  return edges.slice(1).flatMap((to, i) => {
    const from = edges[i]!
    const covers = ({ start, end }: BucketSpan) => start <= from && to <= end
    const subjects = joined.filter(covers).map(({ subject }) => subject)
    return covers(own) || subjects.length > 0 ? [{ from, to, own: covers(own), joined: subjects }] : []
  })
}

type Joiner = BucketSpan & { readonly subject: RecordSubject }

function joinedOf(alert: Alert, span: DurationMs): Joiner[] {
  const { by_field_name = 'oddsock.program', partition_field_name = 'host.name' } = subjectOf(alert)
  const { joined = [] } = (alert.oddsock ?? {}) as { readonly joined?: readonly ToldEntry[] }
  return joined.map(({ program, host, user, first, last }) => ({
    start: parseTime(first),
    end: parseTime(last) + span,
    subject: {
      by_field_name,
      by_field_value: program,
      partition_field_name,
      partition_field_value: host,
      oddsock: { user },
    },
  }))
}

/** As an alert spells it. */
type ToldEntry = Omit<JoinedEntry, 'first' | 'last'> & { readonly first: string; readonly last: string }

function midnights(start: EpochMs, end: EpochMs): EpochMs[] {
  const found: EpochMs[] = []
  for (let day = Math.floor(start / DAY) + 1; day * DAY < end; day++) found.push(day * DAY)
  return found
}
