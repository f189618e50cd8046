import type { Influence } from '../domain/anomaly-record.ts'
import { compareObservations, type Observation } from '../domain/observation.ts'
import type { Probability } from '../domain/time.ts'
import type { CompiledDetector } from './detector.ts'
import type { Finding } from './functions/function.ts'

/** The rows of a bucket of one by value in one partition, as one detector sees them. */
export interface Group {
  readonly detector: CompiledDetector
  readonly partition: string
  readonly by: string
  readonly rows: readonly Observation[]
}

/** A group with what its function found, and what the detector's rules make of that. */
export interface Leaf extends Group {
  readonly finding: Finding
  /** As found, or 1 where a rule skips the result. */
  readonly probability: Probability
  /** Whether the normaliser learns from it. */
  readonly counts: boolean
}

/** Rows in their fixed order, so that nothing depends on the order of arrival. */
export function inOrder(rows: readonly Observation[]): readonly Observation[] {
  const sorted = rows.every((row, i) => i === 0 || compareObservations(rows[i - 1]!, row) <= 0)
  return sorted ? rows : [...rows].sort(compareObservations)
}

/** The rows of each partition, which is '' where there is none; in the order of first sight. */
export function partitionsOf(detector: CompiledDetector, rows: readonly Observation[]): Map<string, Observation[]> {
  const column = detector.partitionColumn
  return gather(rows, (row) => (column === undefined ? '' : (row.values[column] ?? '')))
}

/** The rows of each by value, in the order of first sight. An empty text is as no value: left out unless the detector uses null. */
export function groupsOf(detector: CompiledDetector, partition: string, rows: readonly Observation[]): Group[] {
  const groups = gather(rows, (row) => row.values[detector.byColumn] ?? '')
  if (!detector.useNull) groups.delete('')
  return [...groups].map(([by, rows]) => ({ detector, partition, by, rows }))
}

/**
 * Distinct values of an influencer field seen with a leaf, in order of first sight. Each has full influence: no attribution by
 * volume. Where the field is the leaf's own by or partition field and no value was seen, its own value stands in.
 */
export function influencerValues(leaf: Group, field: string, column: number): ReadonlySet<string> {
  const found = new Set<string>()
  for (const { values } of leaf.rows) if (values[column]) found.add(values[column])
  if (found.size > 0) return found
  const { config } = leaf.detector
  if (field === config.by_field_name) found.add(leaf.by)
  else if (field === config.partition_field_name) found.add(leaf.partition)
  return found
}

/** All influencers of a leaf, or of a group that may become one, as a record lists them. */
export function influencesOf(leaf: Group, influencers: readonly InfluencerField[]): Influence[] {
  return influencers.flatMap(({ field, column }) => {
    const values = [...influencerValues(leaf, field, column)]
    return values.length === 0 ? [] : [{ influencer_field_name: field, influencer_field_values: values }]
  })
}

export interface InfluencerField {
  readonly field: string
  readonly column: number
}

function gather(rows: readonly Observation[], key: (row: Observation) => string): Map<string, Observation[]> {
  const groups = new Map<string, Observation[]>()
  for (const row of rows) {
    const name = key(row)
    const group = groups.get(name)
    if (group) group.push(row)
    else groups.set(name, [row])
  }
  return groups
}
