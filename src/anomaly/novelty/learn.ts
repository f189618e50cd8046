import { learnCurve } from './curve.ts'
import { newDayRates } from './day-rates.ts'
import { beginDay, isLearning } from './enter.ts'
import { dayOf } from './fading.ts'
import type { Judgement } from './judge.ts'
import { learnPeer } from './learn-peers.ts'
import { learnReach, learnShape } from './learn-shape.ts'
import { met, touch } from './met.ts'
import { ALERT_DELAY, bookBirth, CONTEXT_DELAY, type Level, levelGroup } from './novelty-rates.ts'
import { curveOfNews, YOUNG } from './peers.ts'
import { newRate, observe } from './rate.ts'
import type { Scene } from './scene.ts'
import { newProgram, type Program, type ProgramOnHost, type Use } from './state.ts'
import { countHour, LEARNING, NO_HOURS, REVIEWED_FOR, UNSCORED } from './vetting.ts'

/** A program remembers so many of its hosts; more says no more. */
const HOSTS_KEPT = 256
const ROAMING_STEP = 0.1

/** Step 7: takes in a group that was judged. */
export function learn(scene: Scene, judgement: Judgement, seen: number, alertFrom: number): void {
  const { state, group, host, account } = scene
  const program = scene.program ?? addProgram(scene)
  const onHost = met(program.hosts, group.host, () => newOnHost(group.first, seen), HOSTS_KEPT)
  const ofUser = met(program.users, group.user, () => ({ seen, days: newDayRates(dayOf(group.first)) }))
  touch(program, seen)
  touch(ofUser, seen)
  if (onHost) touch(onHost, seen).lastUser = group.user
  state.executables.set(program.executable, seen)
  const use = touch(scene.use ?? newUse(scene, judgement, program, seen), seen)
  learnBirth(scene, judgement, alertFrom)
  learnVetting(scene, judgement, use)
  learnShape(scene, judgement, program)
  learnRates(scene, judgement, program, onHost, use)
  for (const evidence of judgement.peers) learnPeer(scene, evidence, program, ofUser, use, seen)
  countHour(use, group.first)
  use.buckets += 1
  learnReach(scene, use)
  program.groups += 1
  program.fanOut = Math.max(program.fanOut, group.peers.size)
  account.uses.set(group.program, use)
  state.shape.known.set(program.place, seen)
  if (judgement.program.level !== undefined && group.first - host.first >= UNSCORED)
    state.shape.born[levelGroup(judgement.program.level)] += 1
}

/**
 * A birth teaches the fleet's rates at once and its contexts two days later. One that is worth an alert teaches nothing for a
 * week: attacks must not make attacks ordinary, and a person has that long to say "malicious". After that it counts like any other.
 */
function learnBirth(
  { state, group, account }: Scene,
  { program: { level }, nats }: Judgement,
  alertFrom: number,
): void {
  if (level === undefined) return
  const alerted = nats >= alertFrom
  const of = levelGroup(level)
  const first = (account.dayGroups & (1 << of)) === 0
  if (!alerted) {
    bookBirth(state.rates, account.activeAge, level, account.dayLevel, dayOf(group.first))
    account.dayLevel = Math.max(account.dayLevel, level) as Level
    account.dayGroups |= 1 << of
  }
  if (!alerted && !first) return
  const due = group.first + (alerted ? ALERT_DELAY : CONTEXT_DELAY)
  state.births.push({ due, host: group.host, user: group.user, age: account.activeAge, level, alerted })
  state.nextDue = Math.min(state.nextDue, due)
}

function learnVetting(scene: Scene, { program, review, peers }: Judgement, use: Use): void {
  const { state, group } = scene
  const at = group.first
  if (program.silence !== undefined) {
    use.hours = null
    if (peers.some(({ peer }) => peer.external)) state.review.vetted += 1
  }
  if (program.silence !== undefined && program.born !== undefined) {
    use.score = program.born
    use.scoredAt = at
    use.freshUntil = at + REVIEWED_FOR
  }
  if (review.found !== undefined) {
    state.review.qualified += 1
    use.reviewable = false
    use.rev = review.found
    use.revAt = at
    use.freshUntil = at + REVIEWED_FOR
  }
}

function learnRates(
  scene: Scene,
  { peers }: Judgement,
  program: Program,
  onHost: ProgramOnHost | undefined,
  use: Use,
): void {
  const { state, account } = scene
  const external = peers.some(({ peer }) => peer.external)
  const unknown = peers.some(({ kind }) => kind === 'A1' || kind === 'A2')
  const newPort = peers.some((peer) => peer.newPort)
  const newInternal = peers.some((peer) => peer.newInternal)
  if (external) program.roaming += ROAMING_STEP * ((unknown ? 1 : 0) - program.roaming)
  if (!isLearning(scene)) return
  const { groups } = program
  if (groups < YOUNG) {
    account.youngNew.expected += curveOfNews(state, groups)
    if (unknown) account.youngNew.observed += 1
  }
  learnCurve(state.curves.a, groups, unknown)
  learnCurve(state.curves.b, groups, newPort)
  observe(program.a, unknown)
  observe(program.b, newPort)
  if (onHost) {
    observe(onHost.a, unknown)
    observe(onHost.b, newPort)
  }
  if (scene.use !== undefined && !use.internalMany) {
    learnCurve(state.curves.i, use.buckets, newInternal)
    use.internalRate ??= newRate()
    observe(use.internalRate, newInternal)
  }
}

function addProgram({ state, group }: Scene): Program {
  const program = newProgram(group.program, dayOf(group.first))
  state.programs.set(group.program, program)
  return program
}

function newUse(scene: Scene, { program: { level, born } }: Judgement, program: Program, seen: number): Use {
  const { state, group, host } = scene
  const { first, directory } = group
  const age = first - host.first
  const use: Use = {
    id: state.nextUse++,
    first,
    seen,
    buckets: 0,
    level: level as Level,
    directory,
    score: born ?? 0,
    scoredAt: first,
    hours: age < LEARNING ? NO_HOURS : null,
    lastHour: -1,
    freshUntil: 0,
    rev: 0,
    revAt: 0,
    reviewable: age < UNSCORED,
    days: null,
    day: -1,
    dayKinds: 0,
    dayIndex: 0,
    internal: null,
    internalMany: false,
    internalRate: null,
  }
  beginDay(scene, use, program, dayOf(first))
  return use
}

function newOnHost(first: number, seen: number): ProgramOnHost {
  return { first, seen, lastUser: '', a: newRate(), b: newRate() }
}
