import type { DurationMs, EpochMs, Score } from '../../domain/time.ts'

/** A range of time, both ends included, and the length of the buckets that events were gathered in. */
export interface Span {
  readonly from: EpochMs
  readonly to: EpochMs
  readonly bucketSpan: DurationMs
}

/** A range of time cut into equal cells, each of whole buckets. */
export interface Bins {
  /** Start of the first cell. */
  readonly from: EpochMs
  /** End of the last cell, exclusive. */
  readonly to: EpochMs
  readonly length: DurationMs
  readonly count: number
}

/** Cell lengths in buckets; of quarter hours these are 15 and 30 minutes, 1, 2, 3, 4, 6, 8, 12 hours, 1 day and so on. */
const STEPS: readonly number[] = [1, 2, 4, 8, 12, 16, 24, 32, 48, 96, 192, 384, 672]

/** The finest cells of which `most` (at least 2) cover the span. */
export function binsFor(span: Span, most: number): Bins {
  for (let step = 0; ; step++) {
    const buckets = STEPS[step] ?? STEPS.at(-1)! * 2 ** (step - STEPS.length + 1)
    const length = span.bucketSpan * buckets
    const from = Math.floor(span.from / length) * length
    const count = Math.floor((span.to - from) / length) + 1
    if (count <= most) return { from, to: from + count * length, length, count }
  }
}

/** The cell that holds `time`, or undefined outside of all. */
export function binOf(bins: Bins, time: EpochMs): number | undefined {
  const index = Math.floor((time - bins.from) / bins.length)
  return index >= 0 && index < bins.count ? index : undefined
}

/** For each cell that has any, the item with the highest score, the first of equals. */
export function highestByCell<T extends { readonly time: EpochMs; readonly score: Score }>(
  items: readonly T[],
  bins: Bins,
): Map<number, T> {
  const highest = new Map<number, T>()
  for (const item of items) {
    const cell = binOf(bins, item.time)
    if (cell === undefined) continue
    const rival = highest.get(cell)
    if (rival === undefined || item.score > rival.score) highest.set(cell, item)
  }
  return highest
}

/** Stretches of time, `to` exclusive, clipped to the bins, in order, and joined where less than a cell lies between them. */
export function merged(
  stretches: readonly { readonly from: EpochMs; readonly to: EpochMs }[],
  bins: Bins,
): { from: EpochMs; to: EpochMs }[] {
  const result: { from: EpochMs; to: EpochMs }[] = []
  const clipped = stretches
    .map(({ from, to }) => ({ from: Math.max(from, bins.from), to: Math.min(to, bins.to) }))
    .filter(({ from, to }) => from < to)
    .sort((a, b) => a.from - b.from)
  for (const stretch of clipped) {
    const last = result.at(-1)
    if (last && stretch.from - last.to < bins.length) last.to = Math.max(last.to, stretch.to)
    else result.push(stretch)
  }
  return result
}
