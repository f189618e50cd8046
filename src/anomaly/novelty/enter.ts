import type { EpochMs } from '../../domain/time.ts'
import { bookDay, newDayRates } from './day-rates.ts'
import { dayOf } from './fading.ts'
import type { Group } from './group.ts'
import { met, touch } from './met.ts'
import { ageClassOf, bookBirth, bookExposure, bookObserved, levelGroup, newContext } from './novelty-rates.ts'
import { PEERS_FROM } from './peers.ts'
import type { Scene } from './scene.ts'
import type { Account, Host, Program, State, Use } from './state.ts'

/** Step 2 of the order of work: what time alone has brought about, before a group is judged. */
export function enter(state: State, group: Group, seen: number): Scene {
  const at = group.first
  const day = dayOf(at)
  state.start ??= at
  state.newest = Math.max(state.newest, at)
  const host = met(state.hosts, group.host, () => newHost(at, day))
  const user = met(state.users, group.user, () => ({ seen, context: newContext(day) }))
  const account = met(host.accounts, group.user, () => newAccount(day))
  for (const entry of [host, user, account]) touch(entry, seen)
  bookWaitingBirths(state, at)
  if (account.activeDay < day) {
    const contexts = [account.context, user.context, host.context]
    if (account.activeDay >= 0) bookExposure(state.rates, account.activeAge, contexts, day)
    account.activeDay = day
    account.activeAge = ageClassOf(at - host.first)
    account.dayLevel = 0
    account.dayGroups = 0
  }
  adoptFromNobody(host, account, group)
  const program = state.programs.get(group.program)
  const use = account.uses.get(group.program)
  const onHost = program?.hosts.get(group.host)
  const scene: Scene = { state, group, host, user, account, program, onHost, use }
  if (use !== undefined && program !== undefined && use.day < day) beginDay(scene, use, program, day)
  return scene
}

/** Contexts learn late (v3 §5), and so do the fleet's rates from what was an alert. */
function bookWaitingBirths(state: State, now: number): void {
  if (state.births.length === 0 || state.nextDue > now) return
  const due = state.births.filter((birth) => birth.due <= now)
  state.births = state.births.filter((birth) => birth.due > now)
  state.nextDue = state.births.reduce((least, birth) => Math.min(least, birth.due), Number.MAX_SAFE_INTEGER)
  for (const birth of due) {
    const day = dayOf(now)
    if (birth.alerted) bookBirth(state.rates, birth.age, birth.level, 0, day)
    const host = state.hosts.get(birth.host)
    const contexts = [host, state.users.get(birth.user), host?.accounts.get(birth.user)]
    bookObserved(
      contexts.flatMap((one) => (one ? [one.context] : [])),
      levelGroup(birth.level),
      day,
    )
  }
}

/** What was first met under "no user" belongs to the first real user, so that lossy events make no novelties. */
function adoptFromNobody(host: Host, account: Account, { user, program }: Group): void {
  const nobody = user === '' ? undefined : host.accounts.get('')
  const use = nobody?.uses.get(program)
  if (nobody === undefined || use === undefined) return
  nobody.uses.delete(program)
  if (!account.uses.has(program)) account.uses.set(program, use)
}

/** Another day of a use: the one before is over and can be counted. */
export function beginDay(scene: Scene, use: Use, program: Program, day: number): void {
  const { state, group } = scene
  const learning = isLearning(scene)
  if (use.day >= 0 && learning) {
    use.days ??= newDayRates(use.day)
    const levels = [program.days, program.users.get(group.user)?.days, use.days].filter((rates) => rates !== undefined)
    bookDay(levels, state.dayCurves, use.dayIndex, use.dayKinds, day)
  }
  if (use.day < 0 || learning) {
    use.dayIndex = program.daysBegun
    program.daysBegun += 1
  }
  use.day = day
  use.dayKinds = 0
}

/** Rates of peers are learned from the fleet's second day on. */
export function isLearning({ state, group }: Scene): boolean {
  return group.first - state.start! >= PEERS_FROM
}

function newHost(first: EpochMs, day: number): Host {
  return { first, seen: 0, context: newContext(day), accounts: new Map(), directories: new Map(), namesUsers: false }
}

function newAccount(day: number): Account {
  return {
    seen: 0,
    context: newContext(day),
    activeDay: -1,
    activeAge: 0,
    dayLevel: 0,
    dayGroups: 0,
    youngNew: { observed: 0, expected: 0 },
    uses: new Map(),
  }
}
