import { DAY, type DurationMs, type EpochMs, HOUR } from '../domain/time.ts'

/** How something comes back. Times are those at which it began to be seen, a bucket after one in which it was not. */
export interface Rhythm {
  /** How often it began, the one at hand included. */
  readonly times: number
  /** From one time to the next, where all the latest are alike. */
  readonly every?: DurationMs
  /** Since midnight UTC, where all the latest began at about the same time of day. */
  readonly timeOfDay?: DurationMs
}

/** Two distances are alike by chance; with fewer times nothing is said. */
const LEAST_TIMES = 3
/** What something did long ago says little about whether it keeps a pace now. */
const LATEST = 9
/** Months and quarters differ by up to a tenth, and a job starts late when its machine is busy. */
const TOLERANCE = 0.1
/** All starts of a day's time lie within so much. */
const SAME_TIME: DurationMs = 1.5 * HOUR

/** @param begun ascending, those before `now`; @param span length of a bucket, the finest that can be told */
export function rhythmOf(begun: readonly EpochMs[], now: EpochMs, span: DurationMs): Rhythm {
  const all = [...begun, now]
  const latest = all.slice(-LATEST)
  if (latest.length < LEAST_TIMES) return { times: all.length }
  const every = steadyDistance(latest, span)
  const timeOfDay = sharedTimeOfDay(latest)
  return {
    times: all.length,
    ...(every !== undefined && { every }),
    ...(timeOfDay !== undefined && { timeOfDay }),
  }
}

/** The median distance, if all are about as long. What never rests for longer than two buckets has no pace that buckets could show. */
function steadyDistance(times: readonly EpochMs[], span: DurationMs): DurationMs | undefined {
  const distances = times.slice(1).map((time, i) => time - times[i]!)
  const median = [...distances].sort((a, b) => a - b)[distances.length >> 1]!
  const room = Math.max(span, TOLERANCE * median)
  return median > 2 * span && distances.every((one) => Math.abs(one - median) <= room) ? median : undefined
}

/** The middle of the shortest arc of the day that holds all times, if it is short and they are of several days. */
function sharedTimeOfDay(times: readonly EpochMs[]): DurationMs | undefined {
  if (times.at(-1)! - times[0]! < DAY) return undefined
  const onClock = times.map((time) => ((time % DAY) + DAY) % DAY).sort((a, b) => a - b)
  let [begin, arc] = [0, DAY]
  for (const [i, from] of onClock.entries()) {
    const to = i === 0 ? onClock.at(-1)! : onClock[i - 1]! + DAY
    if (to - from < arc) [begin, arc] = [from, to - from]
  }
  return arc <= SAME_TIME ? (begin + arc / 2) % DAY : undefined
}
