import type { Expectation } from '../../domain/scope.ts'
import type { EpochMs, Score } from '../../domain/time.ts'
import { type Budget, newBudget } from './budget.ts'
import { type Campaigns, newCampaigns } from './campaigns.ts'
import { type Curve, newCurve } from './curve.ts'
import { type DayCurves, type DayRates, newDayCurves, newDayRates } from './day-rates.ts'
import { executableOf, placeOf } from './executable.ts'
import { type Incidents, newIncidents } from './incidents.ts'
import { type Context, type FleetRate, type Level, newRates } from './novelty-rates.ts'
import type { Presence } from './presence.ts'
import { newRate, type Rate } from './rate.ts'
import { NOVELTY_CLASSES, newShape, type ShapeState } from './shape-state.ts'

/**
 * All that the model remembers, as plain data (maps, lists, objects, numbers, texts), so that a snapshot of it is a copy. Values
 * from hosts are keys of maps, never of objects. `seen` is when something was last met, in buckets since 1970: what is not met
 * for long, or longest when room is short, is forgotten (`bounds.ts`).
 */
export interface State {
  /** Time of the first group; null before it. */
  start: EpochMs | null
  /** The newest time of a group so far. */
  newest: EpochMs
  readonly hosts: Map<string, Host>
  readonly users: Map<string, User>
  readonly programs: Map<string, Program>
  readonly executables: Map<string, number>
  readonly endpoints: Map<string, Endpoint>
  readonly rates: FleetRate[]
  /** Births that are still to be learned. */
  births: WaitingBirth[]
  /** When the first of them is due. */
  nextDue: EpochMs
  /** Curves of detection-design §6, by group; those of v3 §6, by day. */
  readonly curves: { readonly a: Curve; readonly b: Curve; readonly i: Curve }
  readonly dayCurves: DayCurves
  readonly shape: ShapeState
  /** `rev` of v3 §8: uses vetted with an outside peer, and those that qualified. */
  readonly review: { vetted: number; qualified: number }
  readonly incidents: Incidents
  readonly campaigns: Campaigns
  readonly budget: Budget
  /** What people have said is expected. */
  expectations: readonly Expectation[]
  readonly presence: Presence
  /** Records of the late window by id: bucket, first and highest score. */
  readonly recent: Map<string, { readonly at: EpochMs; readonly initial: Score; readonly score: Score }>
  nextUse: number
  /** How many entries were forgotten for want of room. */
  dropped: number
}

export interface Host {
  readonly first: EpochMs
  seen: number
  readonly context: Context
  readonly accounts: Map<string, Account>
  /** Births of a level ≥ 4 by directory class. */
  readonly directories: Map<string, number>
  /** It has shown a user with a name other than root, so a bare number is a user of a container. */
  namesUsers: boolean
}

export interface User {
  seen: number
  readonly context: Context
}

/** A user on a host. */
export interface Account {
  seen: number
  readonly context: Context
  /** The last active day, which counts as exposure when the next begins, and the age class of the host on it. */
  activeDay: number
  activeAge: number
  /** The most severe birth of that day, and bits of the level groups that had one. */
  dayLevel: Level | 0
  dayGroups: number
  /** New outside addresses of its young programs, observed and expected (detection-design §13). */
  readonly youngNew: { observed: number; expected: number }
  readonly uses: Map<string, Use>
}

/** A program as one user runs it on one host (HUP of the design). */
export interface Use {
  readonly id: number
  readonly first: EpochMs
  seen: number
  /** Buckets with activity. */
  buckets: number
  readonly level: Level
  /** Birth score, and since when it fades. */
  score: number
  scoredAt: EpochMs
  /** Directory class at birth; '' where that is not known. A package upgrade that leaves a deleted executable changes nothing. */
  readonly directory: string
  /** In the host's first week: a digit for each hour of the day, on how many days it was active; and the last hour counted. */
  hours: string | null
  lastHour: number
  /** Persistence does not fade until then, since what was vetted or under review has no birth that counts. */
  freshUntil: EpochMs
  /** Score of `rev` and since when; 0 for none. */
  rev: number
  revAt: EpochMs
  /** Still to be asked whether it qualifies for `rev`. */
  reviewable: boolean
  /** Null until a day is over or had news. */
  days: DayRates | null
  /** Day of the open HUP-day, −1 for none; bits of the kinds met on it; days of the program begun before it. */
  day: number
  dayKinds: number
  dayIndex: number
  /** Internal peers, null for none; once there are too many, another one is no surprise and they are dropped. */
  internal: Map<string, number> | null
  internalMany: boolean
  internalRate: Rate | null
}

export interface Program {
  /** E of detection-design §3, and the directory that its code lies in. */
  readonly executable: string
  readonly place: string
  seen: number
  /** Groups so far. */
  groups: number
  readonly a: Rate
  readonly b: Rate
  /** Share of outside groups with a new address, lately: the program roams above 0.3. */
  roaming: number
  fanOut: number
  readonly hosts: Map<string, ProgramOnHost>
  readonly users: Map<string, ProgramOfUser>
  readonly ips: Map<string, number>
  /** Ports by `portKey`; 2 where one was used to the outside. */
  readonly ports: Map<string, number>
  readonly ranges: Map<string, Range>
  readonly days: DayRates
  /** HUP-days begun, not forgotten. */
  daysBegun: number
  hadInternal: boolean
  /** Births and peer novelties by masquerade class and, per class of `shape-state.ts`, with and without a terminal. */
  readonly argv0: [number, number, number]
  readonly terminal: TerminalCounts[]
}

/** A program that nobody ran yet. */
export function newProgram(name: string, day: number): Program {
  return {
    executable: executableOf(name),
    place: placeOf(name),
    seen: 0,
    groups: 0,
    a: newRate(),
    b: newRate(),
    roaming: 0,
    fanOut: 0,
    hosts: new Map(),
    users: new Map(),
    ips: new Map(),
    ports: new Map(),
    ranges: new Map(),
    days: newDayRates(day),
    daysBegun: 0,
    hadInternal: false,
    argv0: [0, 0, 0],
    terminal: NOVELTY_CLASSES.map(() => ({ n: 0, yes: 0 })),
  }
}

export interface TerminalCounts {
  n: number
  yes: number
}

export interface ProgramOnHost {
  readonly first: EpochMs
  seen: number
  lastUser: string
  readonly a: Rate
  readonly b: Rate
}

export interface ProgramOfUser {
  seen: number
  readonly days: DayRates
}

/** An outside address and port. */
export interface Endpoint {
  /** The use that owns it. */
  readonly owner: number
  seen: number
  /** Contacted by a program that does not roam: known in the fleet. */
  vouched: boolean
  shared: boolean
  readonly first: EpochMs
  /** s_A at birth. */
  readonly score: number
  /** Buckets in which its owner contacted it. */
  buckets: number
}

/** Outside addresses of one neighbourhood, as one program uses them. */
export interface Range {
  readonly owner: number
  seen: number
  shared: boolean
  readonly first: EpochMs
  /** s_R at birth; 0 if the first contact was an unknown endpoint, which has a score of its own. */
  readonly score: number
  buckets: number
  /** Hosts that had something new in it, and when first. */
  readonly news: { readonly host: string; readonly at: EpochMs }[]
}

/** A birth that contexts, and for one that was an alert the fleet's rates too, learn of when it is due. */
export interface WaitingBirth {
  readonly due: EpochMs
  readonly host: string
  readonly user: string
  readonly age: number
  readonly level: Level
  readonly alerted: boolean
}

export function newState(): State {
  return {
    start: null,
    newest: 0,
    hosts: new Map(),
    users: new Map(),
    programs: new Map(),
    executables: new Map(),
    endpoints: new Map(),
    rates: newRates(),
    births: [],
    nextDue: 0,
    curves: { a: newCurve(), b: newCurve(), i: newCurve() },
    dayCurves: newDayCurves(),
    shape: newShape(),
    review: { vetted: 0, qualified: 0 },
    incidents: newIncidents(),
    campaigns: newCampaigns(),
    budget: newBudget(),
    expectations: [],
    presence: new Map(),
    recent: new Map(),
    nextUse: 1,
    dropped: 0,
  }
}
