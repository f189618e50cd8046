import type { Expectation } from '../../domain/scope.ts'
import type { EpochMs, Score } from '../../domain/time.ts'
import { type Budget, newBudget } from './budget.ts'
import { type Campaigns, newCampaigns } from './campaigns.ts'
import { type Curve, newCurve } from './curve.ts'
import { type DayCurves, newDayCurves } from './day-rates.ts'
import { newTables, type SavedTables, savedTables, type Tables } from './entries.ts'
import { type Incidents, newIncidents } from './incidents.ts'
import { Names, pairOf } from './names.ts'
import { type FleetRate, type Level, newRates } from './novelty-rates.ts'
import { newPresence, type Presence } from './presence.ts'
import { newShape, type ShapeState } from './shape-state.ts'
import { packed, unpacked } from './snapshot.ts'
import { Timeline } from './timeline.ts'
import type { Waiting } from './waiting.ts'

/**
 * All that the model remembers: what there is one of (`Fleet`), and the entries, of which there may be a million (`entries.ts`).
 * Values from hosts are keys of maps or have a number in `names`; they are never keys of objects.
 */
export interface State extends Fleet {
  readonly entries: Tables
  readonly names: Names
  /** By program, when hosts first had it; by program and range (`pairOf`), when hosts first had news there. */
  readonly hostTimes: Timeline
  readonly newsTimes: Timeline
}

/** Plain data: maps, lists, objects, numbers and texts. */
export interface Fleet {
  /** Time of the first group; null before it. */
  start: EpochMs | null
  /** The newest time of a group so far. */
  newest: EpochMs
  readonly rates: FleetRate[]
  /** Births that are still to be learned. */
  readonly births: Waiting<WaitingBirth>
  /** When leaps that were suspect begin to count. */
  readonly leaps: Waiting<{ readonly due: EpochMs }>
  /** By host, when it last had a leap, of the last day. */
  readonly leapHosts: Map<string, EpochMs>
  /** Curves of detection-design §6, by group; those of v3 §6, by day. */
  readonly curves: { readonly unknownEndpoint: Curve; readonly newPort: Curve; readonly internal: Curve }
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
  /** How many entries were forgotten for want of room, by kind. */
  readonly dropped: Map<string, number>
}

/** A birth that contexts, and for a suspect one the fleet's rates too, learn of when it is due. */
export interface WaitingBirth {
  readonly due: EpochMs
  readonly host: string
  readonly user: string
  readonly age: number
  readonly level: Level
  /** Odd enough for an alert at the usual threshold. */
  readonly alerted: boolean
  /** A standard tool without network code that went outside; counted when it is due. */
  readonly localTool: boolean
}

function newFleet(): Fleet {
  return {
    start: null,
    newest: 0,
    rates: newRates(),
    births: [],
    leaps: [],
    leapHosts: new Map(),
    curves: { unknownEndpoint: newCurve(), newPort: newCurve(), internal: newCurve() },
    dayCurves: newDayCurves(),
    shape: newShape(),
    review: { vetted: 0, qualified: 0 },
    incidents: newIncidents(),
    campaigns: newCampaigns(),
    budget: newBudget(),
    expectations: [],
    presence: newPresence(),
    recent: new Map(),
    nextUse: 1,
    dropped: new Map(),
  }
}

export interface SavedState {
  readonly fleet: unknown
  readonly names: readonly (string | null)[]
  readonly entries: SavedTables
}

/** In snapshots curves have the letters of detection-design §6. */
interface SavedFleet extends Omit<Fleet, 'curves'> {
  readonly curves: { readonly a: Curve; readonly b: Curve; readonly i: Curve }
}

function savedFleet(fleet: Fleet): SavedFleet {
  const { unknownEndpoint: a, newPort: b, internal: i } = fleet.curves
  return { ...fleet, curves: { a, b, i } }
}

function restoredFleet(saved: SavedFleet): Fleet {
  const { a: unknownEndpoint, b: newPort, i: internal } = saved.curves
  return { ...saved, curves: { unknownEndpoint, newPort, internal } }
}

/** A model that has seen nothing, or one from a snapshot. */
export function newState(saved?: SavedState): State {
  const state = {
    ...(saved ? restoredFleet(unpacked(saved.fleet) as SavedFleet) : newFleet()),
    entries: newTables(saved?.entries),
    names: new Names(saved?.names),
    hostTimes: new Timeline(),
    newsTimes: new Timeline(),
  }
  recallTimes(state)
  return state
}

/** Takes the time lines from the entries. */
export function recallTimes({ hostTimes, newsTimes, entries: { onHosts, news } }: State): void {
  hostTimes.clear()
  newsTimes.clear()
  for (const { program, first } of onHosts.rows()) hostTimes.add(program, first)
  for (const { program, range, first } of news.rows()) newsTimes.add(pairOf(program, range), first)
}

/**
 * The same memory to try something on, and a function that brings back how it was; until then `state` itself must be left alone.
 * Costs what is tried: of the entries only what is looked into is copied, and of the fleet what may grow long is not copied deeply.
 */
export function branchOf(state: State): { readonly branch: State; readonly undo: () => void } {
  const { entries, names, hostTimes, newsTimes, ...fleet } = state
  const undos = [...Object.values(entries), names, hostTimes, newsTimes].map((one) => one.mark())
  const undo = () => {
    for (const one of undos) one()
  }
  return { branch: { ...copyOf(fleet), entries, names, hostTimes, newsTimes }, undo }
}

function copyOf({ births, leaps, leapHosts, presence, recent, incidents, ...small }: Fleet): Fleet {
  return {
    // What these hold is replaced and never changed.
    births: [...births],
    leaps: [...leaps],
    leapHosts: new Map(leapHosts),
    presence: { ...presence, rows: new Map(presence.rows) },
    recent: new Map(recent),
    incidents: {
      places: new Map(incidents.places),
      matters: new Map(incidents.matters),
      accounts: new Map(incidents.accounts),
    },
    ...structuredClone(small),
  }
}

/** As JSON; numbers keep every bit. */
export function savedState({ entries, names, hostTimes, newsTimes, ...fleet }: State): SavedState {
  return { fleet: packed(savedFleet(fleet)), names: names.save(), entries: savedTables(entries) }
}
