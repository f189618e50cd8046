import { LEARNING } from '../../domain/learning.ts'
import { isLocalTool } from '../../domain/local-tools.ts'
import { DAY } from '../../domain/time.ts'
import { learnCurve } from './curve.ts'
import { isUnknown } from './day-rates.ts'
import { beginDay } from './enter.ts'
import { type Program, type ProgramOfUser, type ProgramOnHost, touch, type Use } from './entries.ts'
import { executableOf, placeOf } from './executable.ts'
import { dayOf } from './fading.ts'
import type { Judgement } from './judge.ts'
import { learnPeer } from './learn-peers.ts'
import { learnReach, learnShape } from './learn-shape.ts'
import { ALERT_DELAY, bookBirth, CONTEXT_DELAY, type Level, levelGroup } from './novelty-rates.ts'
import { curveOfNews, knowsPeers, YOUNG } from './peers.ts'
import { observe } from './rate.ts'
import type { Scene } from './scene.ts'
import { goesOutside, isLeap, peersAsked } from './shape.ts'
import { directoryNumber } from './shape-state.ts'
import { countHour, isSettled, REVIEWED_FOR, vettingFor } from './vetting.ts'
import { wait } from './waiting.ts'

/** What fits into the byte of `Use.mostPeers`. */
const MOST_COUNTED = 255
/** A program remembers so many of its hosts; more says no more. */
const HOSTS_KEPT = 256
const ROAMING_STEP = 0.1

/** Step 7: takes in a group that was judged. What is suspect teaches later (`learnBirth`). */
export function learn(scene: Scene, judgement: Judgement, seen: number, suspect: boolean): void {
  const { state, group, host, ids } = scene
  const { entries } = state
  const program = scene.program ?? addProgram(scene)
  const onHost = scene.onHost ?? addOnHost(scene)
  const ofUser = entries.ofUsers.met(ids.program, ids.user)
  touch(program, seen)
  touch(ofUser, seen)
  if (onHost) touch(onHost, seen).lastUser = ids.user
  entries.executables.met(program.executable).seen = seen
  const use = touch(scene.use ?? newUse(scene, judgement, program, ofUser), seen)
  learnBirth(scene, judgement, suspect)
  learnVetting(scene, judgement, use)
  learnShape(scene, judgement, program)
  learnRates(scene, judgement, program, onHost, use)
  for (const evidence of judgement.peers) learnPeer(scene, evidence, program, ofUser, use, seen)
  countHour(use, group.first)
  use.buckets += 1
  learnReach(scene, use)
  program.groups += 1
  learnFanOut(scene, program, use, suspect)
  entries.places.met(program.place).seen = seen
  if (judgement.program.level !== undefined && isSettled(host, group.first))
    state.shape.born[levelGroup(judgement.program.level)] += 1
}

/**
 * A birth teaches the fleet's rates at once and its contexts two days later. A suspect one teaches nothing for a week: attacks
 * must not make attacks ordinary, and a person has that long to say "malicious". After that it counts like any other.
 */
function learnBirth({ state, group, account }: Scene, { program: { level } }: Judgement, suspect: boolean): void {
  if (level === undefined) return
  const of = levelGroup(level)
  const first = (account.dayGroups & (1 << of)) === 0
  const outside = goesOutside(group)
  const localTool = outside && isLocalTool(group.program)
  if (outside) state.shape.outsideBirths += 1
  if (localTool && !suspect) state.shape.localTools += 1
  if (!suspect) {
    bookBirth(state.rates, account.activeAge, level, account.dayLevel as Level | 0, dayOf(group.first))
    account.dayLevel = Math.max(account.dayLevel, level)
    account.dayGroups |= 1 << of
  }
  if (!suspect && !first) return
  const { host, user } = group
  const due = group.first + (suspect ? ALERT_DELAY : CONTEXT_DELAY)
  wait(state.births, {
    due,
    host,
    user,
    age: account.activeAge,
    level,
    alerted: suspect,
    localTool: localTool && suspect,
  })
}

/** A suspect leap, like a suspect birth, makes others of its kind ordinary after a week. */
function learnFanOut(scene: Scene, program: Program, use: Use, suspect: boolean): void {
  const { state, group } = scene
  if (isLeap(scene)) {
    if (suspect) wait(state.leaps, { due: group.first + ALERT_DELAY })
    else state.shape.leaps += 1
    for (const [name, at] of state.leapHosts) if (at <= group.first - DAY) state.leapHosts.delete(name)
    state.leapHosts.set(group.host, group.first)
  }
  program.fanOut = Math.max(program.fanOut, group.peers.size)
  use.mostPeers = Math.max(use.mostPeers, Math.min(MOST_COUNTED, peersAsked(group)))
}

function learnVetting(scene: Scene, { program, review, peers }: Judgement, use: Use): void {
  const { state, group } = scene
  const at = group.first
  if (program.silence !== undefined) {
    use.countsHours = false
    if (peers.some(({ peer }) => peer.external)) state.review.vetted += 1
  }
  if (program.silence !== undefined && program.born !== undefined) {
    const vetting = vettingFor(state, use)
    vetting.score = program.born
    vetting.scoredAt = at
    vetting.freshUntil = at + REVIEWED_FOR
  }
  if (review.found !== undefined) {
    state.review.qualified += 1
    use.reviewable = false
    const vetting = vettingFor(state, use)
    vetting.rev = review.found
    vetting.revAt = at
    vetting.freshUntil = at + REVIEWED_FOR
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
  const unknown = peers.some(({ kind }) => isUnknown(kind))
  const newPort = peers.some((peer) => peer.newPort)
  const newInternal = peers.some((peer) => peer.newInternal)
  if (external) program.roaming += ROAMING_STEP * ((unknown ? 1 : 0) - program.roaming)
  if (!knowsPeers(scene)) return
  const { groups } = program
  if (groups < YOUNG) {
    account.youngNew.expected += curveOfNews(state, groups)
    if (unknown) account.youngNew.observed += 1
  }
  learnCurve(state.curves.unknownEndpoint, groups, unknown)
  learnCurve(state.curves.newPort, groups, newPort)
  observe(program.unknownEndpointRate, unknown)
  observe(program.newPortRate, newPort)
  if (onHost) {
    observe(onHost.unknownEndpointRate, unknown)
    observe(onHost.newPortRate, newPort)
  }
  if (scene.use !== undefined && !use.internalMany) {
    learnCurve(state.curves.internal, use.buckets, newInternal)
    observe(use.internalRate, newInternal)
  }
}

function addProgram({ state: { entries, names }, group, ids }: Scene): Program {
  const program = entries.programs.add(ids.program)
  program.executable = names.id(executableOf(group.program))
  program.place = names.id(placeOf(group.program))
  return program
}

function addOnHost({ state: { entries, hostTimes }, group, ids }: Scene): ProgramOnHost | undefined {
  if (hostTimes.size(ids.program) >= HOSTS_KEPT) return undefined
  const onHost = entries.onHosts.add(ids.program, ids.host)
  onHost.first = group.first
  hostTimes.add(ids.program, group.first)
  return onHost
}

function newUse(scene: Scene, { program: { level, born } }: Judgement, program: Program, ofUser: ProgramOfUser): Use {
  const { state, group, host, ids } = scene
  const age = group.first - host.first
  const use = state.entries.uses.add(ids.host, ids.user, ids.program)
  use.id = state.nextUse++
  use.first = group.first
  use.level = level!
  use.directory = directoryNumber(group.directory)
  use.score = born ?? 0
  use.countsHours = age < LEARNING
  use.lastHour = -1
  use.reviewable = !isSettled(host, group.first)
  use.day = -1
  beginDay(scene, use, program, ofUser, dayOf(group.first))
  return use
}
