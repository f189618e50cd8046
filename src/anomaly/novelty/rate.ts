/** Observations and hits. */
export interface Rate {
  m: number
  o: number
}

/** Contacts of a program are forgotten over so many (detection-design §6). */
const MEMORY = 150

export function newRate(): Rate {
  return { m: 0, o: 0 }
}

/** The posterior chance of a hit: `weight` observations of the prior beside those made. */
export function chance({ m, o }: Rate, prior: number, weight: number): number {
  return (o + weight * prior) / (m + weight)
}

export function observe(rate: Rate, hit: boolean): void {
  rate.m = rate.m * (1 - 1 / MEMORY) + 1
  rate.o = rate.o * (1 - 1 / MEMORY) + (hit ? 1 : 0)
}
