import { LEARNING } from '../../domain/learning.ts'
import { DAY } from '../../domain/time.ts'
import { executableOf } from './executable.ts'
import { youth } from './fading.ts'
import { ageClassOf, fleetRate, type Level, levelGroup, MATURE, multiplier, surpriseOf } from './novelty-rates.ts'
import type { PeerEvidence } from './peers.ts'
import type { Scene } from './scene.ts'
import { qualifiesForReview, REVIEWED_FOR, reviewScore, silenceOf, trustOf, vettingOf } from './vetting.ts'
import { CAPS } from './weights.ts'

/** On a host's first day everything is new. What is new on its second is worth what the rates of so young a host leave of it. */
const BIRTHS_FROM = DAY

/** What the program alone says: a birth, or what is left of it, or what vetting found out. */
export interface ProgramEvidence {
  /** Nats of now. */
  readonly nats: number
  /** Set when this user runs this program on this host for the first time. */
  readonly level: Level | undefined
  /** Score to be remembered: of a birth, or of one that vetting found out. */
  readonly born: number | undefined
  /** Set when vetting took place: the silence before the program appeared. */
  readonly silence: number | undefined
}

export function judgeProgram(scene: Scene): ProgramEvidence {
  const { group, host, use } = scene
  const at = group.first
  if (use === undefined) {
    const level = levelOf(scene)
    const age = at - host.first
    const born = age < BIRTHS_FROM ? 0 : Math.min(CAPS.program, surprise(scene, level, ageClassOf(age)))
    return { nats: born, level, born, silence: undefined }
  }
  const vetting = vettingOf(scene.state, use)
  const left = (vetting?.score ?? use.score) * youth(at - (vetting?.scoredAt ?? use.first))
  if (!use.countsHours || at - host.first < LEARNING)
    return { nats: left, level: undefined, born: undefined, silence: undefined }
  const silence = silenceOf(use.hours, host.first, use.first)
  const alone = scene.state.hostTimes.size(scene.ids.program) === 1
  const found = alone ? Math.min(CAPS.program, surprise(scene, use.level as Level, MATURE)) * trustOf(silence) : 0
  return { nats: Math.max(left, found), level: undefined, born: found > left ? found : undefined, silence }
}

function levelOf({ state: { entries, names }, group, program, onHost, ofUser }: Scene): Level {
  if (program === undefined) return entries.executables.has(names.find(executableOf(group.program))) ? 5 : 6
  if (onHost !== undefined) return ofUser ? 1 : 3
  return ofUser ? 2 : 4
}

function surprise({ state, user, host, account }: Scene, level: Level, age: number): number {
  const times = multiplier(user.context, host.context, account.context, levelGroup(level))
  return surpriseOf(fleetRate(state.rates, age, level) * times)
}

/** `rev` of v3 §8. */
export interface Review {
  readonly nats: number
  /** Set when the use qualifies now. */
  readonly found: number | undefined
}

export function judgeReview({ state, group, ids, host, program, use }: Scene, peers: readonly PeerEvidence[]): Review {
  if (use === undefined || program === undefined) return { nats: 0, found: undefined }
  const at = group.first
  const [hosts, fleet] = [state.hostTimes.size(ids.program), state.entries.hosts.size]
  if (qualifiesForReview(use, program, hosts, fleet, host, mostContacted(peers), at)) {
    const found = reviewScore(state)
    return { nats: found, found }
  }
  const { rev, revAt } = vettingOf(state, use) ?? { rev: 0, revAt: 0 }
  return { nats: at < revAt + REVIEWED_FOR ? rev * youth(at - revAt) : 0, found: undefined }
}

/** Buckets in which this use contacted the endpoint of its own that it contacted most. */
export function mostContacted(peers: readonly PeerEvidence[]): number {
  return peers.reduce((most, { endpointBuckets }) => Math.max(most, endpointBuckets), 0)
}
