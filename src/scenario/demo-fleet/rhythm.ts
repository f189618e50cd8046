import { DAY, type EpochMs, HOUR, MINUTE } from '../../domain/time.ts'
import type { Rng } from './rng.ts'

/** When a habit comes round: by the minute, by the clock, or as people and customers come and go. */
export type Rhythm =
  | { readonly everyMinutes: number }
  | { readonly at: readonly string[]; readonly delayMinutes: number }
  | { readonly perDay: number; readonly of: 'people' | 'customers' }

/** Share of a working day's traffic in each hour, in UTC, before scaling: nobody at night, a dip at lunch. */
const HOURS = {
  people: [0, 0, 0, 0, 0, 0, 1, 4, 9, 11, 11, 9, 6, 9, 11, 10, 8, 5, 2, 1, 1, 1, 0, 0],
  customers: [2, 1, 1, 1, 1, 2, 3, 4, 5, 6, 6, 6, 6, 6, 5, 5, 6, 7, 8, 9, 8, 6, 4, 3],
}
/** Share of a weekend day against a working day. */
const WEEKEND = { people: 0.08, customers: 0.7 }

/** The moments of a rhythm in `[from, to)`, ascending; `from` is a midnight. */
export function occasions(rhythm: Rhythm, from: EpochMs, to: EpochMs, rng: Rng): EpochMs[] {
  if ('everyMinutes' in rhythm) return steady(rhythm.everyMinutes * MINUTE, from, to, rng)
  const days: EpochMs[] = []
  for (let day = from; day < to; day += DAY) days.push(day)
  const found =
    'at' in rhythm ? days.flatMap((day) => byClock(rhythm, day, rng)) : days.flatMap((day) => byHour(rhythm, day, rng))
  return found.sort((a, b) => a - b).filter((time) => time < to)
}

/** A timer with a fixed phase of its own that is late by up to 2 % of its length. */
function steady(period: number, from: EpochMs, to: EpochMs, rng: Rng): EpochMs[] {
  const found: EpochMs[] = []
  for (let time = from + rng.whole(0, period - 1); time < to; time += period)
    found.push(time + rng.whole(0, Math.floor(period / 50)))
  return found.filter((time) => time < to)
}

/** Times of day, each put off by chance up to the delay, as systemd's RandomizedDelaySec does: hosts spread, not all at once. */
function byClock(
  { at, delayMinutes }: { at: readonly string[]; delayMinutes: number },
  day: EpochMs,
  rng: Rng,
): EpochMs[] {
  return at.map((time) => {
    const [hour, minute] = time.split(':').map(Number)
    return day + hour! * HOUR + minute! * MINUTE + rng.whole(0, delayMinutes * MINUTE)
  })
}

function byHour(rhythm: { perDay: number; of: 'people' | 'customers' }, day: EpochMs, rng: Rng): EpochMs[] {
  const shares = HOURS[rhythm.of]
  const total = shares.reduce((sum, share) => sum + share)
  const weekday = new Date(day).getUTCDay()
  const perDay = weekday === 0 || weekday === 6 ? rhythm.perDay * WEEKEND[rhythm.of] : rhythm.perDay
  return shares.flatMap((share, hour) =>
    Array.from({ length: rng.poisson((perDay * share) / total) }, () => day + hour * HOUR + rng.whole(0, HOUR - 1)),
  )
}
