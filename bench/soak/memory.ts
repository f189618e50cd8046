import { readFileSync } from 'node:fs'

/** One look at a process. */
export interface Sample {
  /** Since the beginning of the run. */
  readonly seconds: number
  /** Resident set, in 10⁶ bytes. */
  readonly rss: number
  /** Documents that were answered by then. */
  readonly documents: number
}

/** Resident set of a process in 10⁶ bytes, from `VmRSS` in units of 1024 bytes; NaN where there is none. */
export function rssOf(pid: number): number {
  try {
    const line = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))
    return line ? (Number(line[1]) * 1024) / 1e6 : Number.NaN
  } catch {
    return Number.NaN
  }
}

/** User and system time of a process in seconds: fields 14 and 15 of proc_pid_stat(5), counted behind the name. */
export function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** More than this from the second quarter of a run to its last is no level. */
export const MOST_GROWTH = 0.1

/** How much the mean of the last quarter lies above that of the second, as a share of it. The first quarter is for warming up. */
export function growth(samples: readonly Sample[]): number {
  const quarter = Math.floor(samples.length / 4)
  const mean = (part: readonly Sample[]) => part.reduce((sum, { rss }) => sum + rss, 0) / part.length
  const second = mean(samples.slice(quarter, 2 * quarter))
  return mean(samples.slice(-quarter)) / second - 1
}

/** The share `q` of the values is at most this; NaN for none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN
}
