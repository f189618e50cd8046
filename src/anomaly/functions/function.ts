import type { BucketSpan } from '../../domain/bucket.ts'
import type { DurationMs, Probability } from '../../domain/time.ts'

/**
 * A statistic over buckets, as one value that carries its own manual. `State` is its memory, one for each partition of a
 * detector. A function says its own order of learning and scoring; it never sees hosts, influencers or scores.
 */
export interface DetectorFunction<State = unknown, Saved = unknown> {
  /** What a detector's `function` says. */
  readonly name: string
  readonly summary: string
  readonly needs: readonly ('field_name' | 'by_field_name' | 'over_field_name')[]
  readonly references: readonly string[]
  readonly examples: readonly Example[]
  start(bucketSpan: DurationMs): State
  /**
   * One closed bucket, later than all before; buckets without a value need no call. Answers one finding for each value seen, in
   * the same order. With `undo`, whatever changes is noted there, so that running the notes backwards restores the state.
   */
  close(state: State, bucket: BucketSpan, seen: readonly Seen[], undo?: Undo[]): Finding[]
  /** What came late for a closed bucket: scored against the present, learned once. Undefined for a value that was there already. */
  late(state: State, bucket: BucketSpan, seen: readonly Seen[]): (Finding | undefined)[]
  /** Forgets what has faded at the time `now`, and what buckets before `window` needed only for late rows. */
  prune(state: State, now: number, window: number): void
  /** JSON-safe; `load` gives back a state that answers the same, bit for bit. */
  save(state: State): Saved
  load(bucketSpan: DurationMs, saved: Saved): State
}

export interface Example {
  readonly title: string
  /** Buckets parted by `|`, values by spaces: `a b | a | a c`. */
  readonly buckets: string
  /** The value of the last bucket that is least likely. */
  readonly unusual: string
}

/** One value of the by field in a bucket. */
export interface Seen {
  readonly by: string
  readonly count: number
}

/** What a function thinks of one value in one bucket. */
export interface Finding {
  readonly by: string
  readonly probability: Probability
  readonly actual: number
  readonly typical: number
  /** The value was never seen before this bucket. */
  readonly firstOccurrence: boolean
  /** Median concentration of all known values over that of this one. */
  readonly relativeRarity: number
}

export type Undo = () => void
