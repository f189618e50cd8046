import { DAY_RATES } from './day-rates.ts'
import { layout, list, type RowOf } from './layout.ts'
import { CONTEXT, TALLY } from './novelty-rates.ts'
import { RATE } from './rate.ts'
import { DIRECTORY_NUMBERS, NOVELTY_CLASSES } from './shape-state.ts'
import { type SavedTable, Table } from './table.ts'

/**
 * Entries of the state, one layout for each kind; its keys come first. `seen` is when
 * something was last met, in buckets since 1970: what is not met for long, or longest when room is short, is forgotten (`bounds.ts`).
 */
const HOST = layout({
  host: 'name',
  seen: 'i32',
  first: 'f64',
  context: CONTEXT,
  /** Births of a level ≥ 4 by `directoryNumber`. */
  directories: list('u32', DIRECTORY_NUMBERS),
  /** It has shown a user with a name other than root, so a bare number is a user of a container. */
  namesUsers: 'flag',
})
export type Host = RowOf<typeof HOST>

const USER = layout({ user: 'name', seen: 'i32', context: CONTEXT })
export type User = RowOf<typeof USER>

/** A user on a host. */
const ACCOUNT = layout({
  host: 'name',
  user: 'name',
  seen: 'i32',
  /** The last active day, which counts as exposure when the next begins, and the age class of the host on it; −1 for none. */
  activeDay: 'i32',
  context: CONTEXT,
  /** New outside addresses of its young programs, observed and expected (detection-design §13). */
  youngNew: TALLY,
  activeAge: 'u8',
  /** The most severe birth of that day, 0 for none, and bits of the level groups that had one. */
  dayLevel: 'u8',
  dayGroups: 'u8',
})
export type Account = RowOf<typeof ACCOUNT>

/** A program as one user runs it on one host (HUP of the design). */
export const USE = layout({
  host: 'name',
  user: 'name',
  program: 'name',
  id: 'u32',
  seen: 'i32',
  /** Buckets with activity. */
  buckets: 'u32',
  first: 'f64',
  /** Birth score; it fades from `first` on, unless vetting has found another (`Vetting`). */
  score: 'f64',
  days: DAY_RATES,
  internalRate: RATE,
  /** Day of the open HUP-day, −1 for none; bits of the kinds met on it; days of the program begun before it. */
  day: 'i32',
  dayIndex: 'u32',
  /** In the host's first week: for each hour of the day, on how many days it was active; and the last hour counted. */
  lastHour: 'i32',
  hours: list('u4', 24),
  countsHours: 'flag',
  dayKinds: 'u8',
  level: 'u8',
  /** Directory class at birth by `directoryNumber`. A package upgrade that leaves a deleted executable changes nothing. */
  directory: 'u8',
  /** Still to be asked whether it qualifies for `rev`. */
  reviewable: 'flag',
  /** It has a `Vetting`. */
  found: 'flag',
  /** Peers inside; once there are too many, another one is no surprise and they are dropped. */
  internal: 'u8',
  internalMany: 'flag',
  /** The most peers that it asked in one bucket, 255 for more. */
  mostPeers: 'u8',
})
export type Use = RowOf<typeof USE>

/** What vetting has found out about a use. */
const VETTING = layout({
  use: 'u32',
  /** Score of a birth that was found out, and since when it fades. */
  score: 'f64',
  scoredAt: 'f64',
  /** Persistence does not fade until then, since what was vetted or under review has no birth that counts. */
  freshUntil: 'f64',
  /** Score of `rev` and since when; 0 for none. */
  rev: 'f64',
  revAt: 'f64',
})
export type Vetting = RowOf<typeof VETTING>

/** A peer inside that a use has met. */
const INTERNAL = layout({ use: 'u32', ip: 'address', seen: 'i32' })

export const PROGRAM = layout({
  program: 'name',
  /** E of detection-design §3, and the directory that its code lies in. */
  executable: 'name',
  place: 'name',
  seen: 'i32',
  /** Groups so far. */
  groups: 'u32',
  /** HUP-days begun, not forgotten. */
  daysBegun: 'u32',
  fanOut: 'u32',
  /** Ports it has used. */
  ports: 'u32',
  /** Observed in outside groups (A and B of detection-design §6). */
  unknownEndpointRate: RATE,
  newPortRate: RATE,
  /** Share of outside groups with a new address, lately: the program roams above 0.3. */
  roaming: 'f64',
  days: DAY_RATES,
  /** Births and peer novelties by masquerade class and, per class of `shape-state.ts`, with and without a terminal. */
  argv0: list('u32', 3),
  terminals: list('u32', NOVELTY_CLASSES.length),
  attended: list('u32', NOVELTY_CLASSES.length),
  hadExternal: 'flag',
  hadInternal: 'flag',
})
export type Program = RowOf<typeof PROGRAM>

/** A program on a host; `lastUser` is who ran it there last. */
export const ON_HOST = layout({
  program: 'name',
  host: 'name',
  seen: 'i32',
  lastUser: 'name',
  first: 'f64',
  /** Observed in outside groups (A and B of detection-design §6). */
  unknownEndpointRate: RATE,
  newPortRate: RATE,
})
export type ProgramOnHost = RowOf<typeof ON_HOST>

export const OF_USER = layout({ program: 'name', user: 'name', seen: 'i32', days: DAY_RATES })
export type ProgramOfUser = RowOf<typeof OF_USER>

/** The executable of a program, or a directory in which a network program was ever seen. */
const SIGHT = layout({ name: 'name', seen: 'i32' })
/** An outside address, and a port, that a program has met; whether it has used the port to the outside. */
const ADDRESS = layout({ program: 'name', ip: 'address', seen: 'i32' })
const PORT = layout({ program: 'name', port: 'name', external: 'flag' })

/** An outside address and port. */
const ENDPOINT = layout({
  ip: 'address',
  port: 'name',
  /** The use that owns it. */
  owner: 'u32',
  seen: 'i32',
  first: 'f64',
  /** s_A at birth. */
  score: 'f64',
  /** Buckets in which its owner contacted it. */
  buckets: 'u32',
  /** Contacted by a program that does not roam: known in the fleet. */
  vouched: 'flag',
  shared: 'flag',
})
export type Endpoint = RowOf<typeof ENDPOINT>

/** Outside addresses of one neighbourhood, as one program uses them. */
const RANGE = layout({
  program: 'name',
  range: 'name',
  owner: 'u32',
  seen: 'i32',
  first: 'f64',
  /** s_R at birth; 0 if the first contact was an unknown endpoint, which has a score of its own. */
  score: 'f64',
  buckets: 'u32',
  shared: 'flag',
})
export type Range = RowOf<typeof RANGE>

/** A host that had something new of a program in a range, and when first. */
const NEWS = layout({ program: 'name', range: 'name', host: 'name', first: 'f64' })

export type Tables = ReturnType<typeof newTables>
/** By kind. */
export type SavedTables = Readonly<Record<string, SavedTable>>

/** No entries, or those of a snapshot. */
export function newTables(saved?: SavedTables) {
  return {
    hosts: new Table(HOST, 1, saved?.hosts),
    users: new Table(USER, 1, saved?.users),
    accounts: new Table(ACCOUNT, 2, saved?.accounts),
    uses: new Table(USE, 3, saved?.uses),
    /** Vettings, under the name that snapshots have for them. */
    findings: new Table(VETTING, 1, saved?.findings),
    internal: new Table(INTERNAL, 2, saved?.internal),
    programs: new Table(PROGRAM, 1, saved?.programs),
    onHosts: new Table(ON_HOST, 2, saved?.onHosts),
    ofUsers: new Table(OF_USER, 2, saved?.ofUsers),
    addresses: new Table(ADDRESS, 2, saved?.addresses),
    ports: new Table(PORT, 2, saved?.ports),
    ranges: new Table(RANGE, 2, saved?.ranges),
    news: new Table(NEWS, 3, saved?.news),
    endpoints: new Table(ENDPOINT, 2, saved?.endpoints),
    executables: new Table(SIGHT, 1, saved?.executables),
    places: new Table(SIGHT, 1, saved?.places),
  }
}

export function savedTables(tables: Tables): SavedTables {
  const saved = Object.entries(tables).map(([kind, table]) => [kind, table.save()])
  return Object.fromEntries(saved)
}

/** Marks an entry as met; a late row does not make it older. */
export function touch<T extends { seen: number }>(entry: T, seen: number): T {
  if (seen > entry.seen) entry.seen = seen
  return entry
}
