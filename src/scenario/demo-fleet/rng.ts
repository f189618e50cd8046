/** A small repeatable source of chance. Streams of different names are independent, so that a new habit changes no other. */
export interface Rng {
  /** In [0, 1). */
  next(): number
  /** A whole number, both ends included. */
  whole(from: number, to: number): number
  pick<T>(list: readonly T[]): T
  /** A count with the given mean, as independent arrivals have it. */
  poisson(mean: number): number
}

/** Mulberry32 (Tommy Ettinger, public domain), started from the seed and a hash (FNV-1a) of the name. */
export function seeded(seed: number, name: string): Rng {
  let state = seed >>> 0
  for (const character of name) state = Math.imul(state ^ character.codePointAt(0)!, 0x01000193) >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const whole = (from: number, to: number) => from + Math.floor(next() * (to - from + 1))
  return { next, whole, pick: (list) => list[whole(0, list.length - 1)]!, poisson: (mean) => poisson(mean, next) }
}

/** Knuth's method: good for the small means that we need. */
function poisson(mean: number, next: () => number): number {
  const floor = Math.exp(-mean)
  let count = 0
  for (let product = next(); product > floor; product *= next()) count++
  return count
}
