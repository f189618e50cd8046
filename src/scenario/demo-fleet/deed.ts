import type { EpochMs } from '../../domain/time.ts'

/** One thing that a program did: what every log format of the fleet is written from. */
export interface Deed {
  readonly time: EpochMs
  readonly kind: 'connect' | 'accept' | 'exec'
  readonly program: Program
  readonly user: string
  readonly pid: number
  readonly ppid: number
  /** The other end of a connection; `port` is its port, also where the other end called. */
  readonly peer?: { readonly ip: string; readonly port: number }
  /** Local port of an accepted connection. */
  readonly localPort?: number
  /** False for a connect that had not finished when the call returned (EINPROGRESS). */
  readonly done: boolean
}

export interface Program {
  /** As the kernel knows it: at most 15 characters. */
  readonly name: string
  readonly executable: string
  /** The command line, program first. */
  readonly args: readonly string[]
  readonly cwd?: string
}

/** Users of the fleet and their ids; Debian's where it gives fixed ones. */
export const USER_IDS: ReadonlyMap<string, number> = new Map([
  ['root', 0],
  ['www-data', 33],
  ['_apt', 42],
  ['_chrony', 101],
  ['postgres', 107],
  ['prometheus', 113],
  ['grafana', 114],
  ['fluent', 115],
  ['tally', 990],
  ['orders', 991],
  ['ci', 992],
  ['ines', 1000],
  ['omar', 1001],
])

/** Id of a user of the fleet. */
export function userId(user: string): number {
  const id = USER_IDS.get(user)
  if (id === undefined) throw new RangeError(`Cannot write a deed of user "${user}": not a user of the demo fleet`)
  return id
}
