import { layout, type RowOf } from './layout.ts'

/** Observations and hits. */
export const RATE = layout({ m: 'f64', o: 'f64' })
export type Rate = RowOf<typeof RATE>

/** Contacts of a program are forgotten over so many (detection-design §6). */
const MEMORY = 150

/** Of what was never observed. */
export const NO_RATE: Readonly<Rate> = { m: 0, o: 0 }

/** The posterior chance of a hit: `weight` observations of the prior beside those made. */
export function chance({ m, o }: Readonly<Rate>, prior: number, weight: number): number {
  return (o + weight * prior) / (m + weight)
}

export function observe(rate: Rate, hit: boolean): void {
  rate.m = rate.m * (1 - 1 / MEMORY) + 1
  rate.o = rate.o * (1 - 1 / MEMORY) + (hit ? 1 : 0)
}
