import type { EpochMs } from '../../domain/time.ts'
import { bookDay } from './day-rates.ts'
import { type Account, type Host, type Program, type ProgramOfUser, touch, type Use } from './entries.ts'
import { dayOf } from './fading.ts'
import type { Group, Ids } from './group.ts'
import { ageClassOf, bookBirth, bookExposure, bookObserved, levelGroup } from './novelty-rates.ts'
import { knowsPeers } from './peers.ts'
import type { Scene } from './scene.ts'
import type { State } from './state.ts'
import { nextDue } from './waiting.ts'

/** Step 2 of the order of work: what time alone has brought about, before a group is judged. */
export function enter(state: State, group: Group, seen: number): Scene {
  const at = group.first
  const day = dayOf(at)
  state.start ??= at
  state.newest = Math.max(state.newest, at)
  const { entries } = state
  const { ids } = group
  const host = entries.hosts.get(ids.host) ?? newHost(state, ids, at)
  const user = entries.users.met(ids.user)
  const account = entries.accounts.get(ids.host, ids.user) ?? newAccount(state, ids)
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
  adoptFromNobody(state, ids)
  const program = entries.programs.get(ids.program)
  const onHost = entries.onHosts.get(ids.program, ids.host)
  const ofUser = entries.ofUsers.get(ids.program, ids.user)
  const use = entries.uses.get(ids.host, ids.user, ids.program)
  const scene: Scene = { state, group, ids, host, user, account, program, onHost, ofUser, use }
  if (use !== undefined && program !== undefined && use.day < day) beginDay(scene, use, program, ofUser, day)
  return scene
}

/** Contexts learn late (v3 §5), and so do the fleet's rates from what is suspect. */
function bookWaitingBirths({ births, leaps, rates, shape, entries, names }: State, now: EpochMs): void {
  const day = dayOf(now)
  while (nextDue(leaps, now) !== undefined) shape.leaps += 1
  for (let birth = nextDue(births, now); birth !== undefined; birth = nextDue(births, now)) {
    if (birth.localTool) shape.localTools += 1
    if (birth.alerted) bookBirth(rates, birth.age, birth.level, 0, day)
    const host = names.find(birth.host)
    const user = names.find(birth.user)
    const knowing = [entries.hosts.get(host), entries.users.get(user), entries.accounts.get(host, user)]
    const contexts = knowing.flatMap((one) => (one ? [one.context] : []))
    bookObserved(contexts, levelGroup(birth.level), day)
  }
}

/** What was first met under "no user" belongs to the first real user, so that lossy events make no novelties. */
function adoptFromNobody({ entries: { uses } }: State, { host, user, program }: Ids): void {
  if (user === NO_USER || !uses.has(host, NO_USER, program)) return
  if (uses.has(host, user, program)) uses.delete(host, NO_USER, program)
  else uses.rename([host, NO_USER, program], [host, user, program])
}

/** The number of the empty name. */
const NO_USER = 0

/** Another day of a use: the one before is over and can be counted. */
export function beginDay(
  scene: Scene,
  use: Use,
  program: Program,
  ofUser: ProgramOfUser | undefined,
  day: number,
): void {
  const knowing = knowsPeers(scene)
  if (use.day >= 0 && knowing) {
    const levels = ofUser ? [program.days, ofUser.days, use.days] : [program.days, use.days]
    bookDay(levels, scene.state.dayCurves, use.dayIndex, use.dayKinds, day)
  }
  if (use.day < 0 || knowing) {
    use.dayIndex = program.daysBegun
    program.daysBegun += 1
  }
  use.day = day
  use.dayKinds = 0
}

function newHost({ entries }: State, { host }: Ids, first: EpochMs): Host {
  const made = entries.hosts.add(host)
  made.first = first
  return made
}

function newAccount({ entries }: State, { host, user }: Ids): Account {
  const made = entries.accounts.add(host, user)
  made.activeDay = -1
  return made
}
