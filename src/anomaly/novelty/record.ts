import type { AnomalyRecord, Influence } from '../../domain/anomaly-record.ts'
import type { BucketSpan } from '../../domain/bucket.ts'
import { derivedId } from '../../domain/hash.ts'
import { NOVELTY } from '../../domain/novelty-fields.ts'
import type { Campaigned } from './campaigns.ts'
import { executableOf } from './executable.ts'
import type { Candidate, Decision } from './incidents.ts'
import type { Judgement } from './judge.ts'
import { bandOf, scoreOf } from './record-score.ts'
import type { Scene } from './scene.ts'
import { sentenceOf } from './sentences.ts'
import type { Term } from './term.ts'

/** What a finding is, for the incident loop. */
export function candidateOf(jobId: string, { state, group, ids, onHost }: Scene, judgement: Judgement): Candidate {
  const { about, peerLed, review, nats } = judgement
  const { host, user, first: at } = group
  const matter =
    review.nats > 0
      ? ['review', group.program, about.peer.ip, about.peer.port]
      : peerLed
        ? ['peer', group.program, about.peer.range || about.peer.ip, about.peer.port]
        : ['program', group.program, user]
  const place = JSON.stringify([host, group.program])
  const others = state.hostTimes.size(ids.program) - (onHost === undefined ? 0 : 1)
  return {
    ...{ id: derivedId('incident', jobId, host, group.program, at), at, nats },
    ...{ place, matter: JSON.stringify(matter) },
    // What runs as root, or under nobody's name, is not one person's doing: a roll-out must not cover what comes beside it.
    account: user === '' || user === 'root' ? place : JSON.stringify([host, user]),
    firstInFleet: others === 0,
  }
}

/** What becomes of a finding besides its score: the campaign it belongs to, and what that adds. */
export interface Told {
  readonly candidate: Candidate
  readonly boost: number
  readonly campaign: Campaigned
}

/** What people have said of a finding before there was one. */
export interface Said {
  /** Id of the expectation that it meets. */
  readonly expected: string | undefined
  /** Exceptions keep the rules from it. */
  readonly excepted: boolean
}

/** What people, and other circumstances, would say of a finding. */
export interface Verdict extends Said {
  /** Found in the fleet's first days. */
  readonly learning: boolean
  readonly unless: readonly string[]
}

/** The record of a finding; its score never changes afterwards, since its mapping is fixed. */
export function recordOf(
  jobId: string,
  bucket: BucketSpan,
  { group }: Scene,
  judgement: Judgement,
  { candidate, boost, campaign }: Told,
  { shown, incident }: Decision,
  { expected, excepted, learning, unless }: Verdict,
): AnomalyRecord {
  const { host, program, user } = group
  const { nats } = candidate
  const score = scoreOf(nats)
  const burst: Term[] = boost > 0 ? [{ name: 'burst', nats: boost, numbers: { findings: campaign.findings } }] : []
  const terms = [...judgement.terms, ...burst]
  return {
    result_type: 'record',
    record_id: derivedId('record', jobId, bucket.start, 0, program, host, user),
    job_id: jobId,
    timestamp: bucket.start,
    bucket_span: (bucket.end - bucket.start) / 1000,
    detector_index: 0,
    is_interim: false,
    function: NOVELTY,
    function_description: NOVELTY,
    by_field_name: 'oddsock.program',
    by_field_value: program,
    partition_field_name: 'host.name',
    partition_field_value: host,
    probability: Math.exp(-Math.max(0, nats)),
    actual: [group.count],
    typical: [0],
    multi_bucket_impact: 0,
    initial_record_score: score,
    record_score: score,
    influencers: influencersOf(group),
    oddsock: {
      nats,
      band: bandOf(nats),
      terms: terms.map((term) => ({ ...term, sentence: sentenceOf(term) })),
      shown,
      ...(incident !== undefined && { incident }),
      campaign: campaign.id,
      names: namesOf(group),
      user,
      ...(expected !== undefined && { expected }),
      ...(excepted && { excepted }),
      ...(learning && { learning }),
      ...(unless.length > 0 && { would_not_alert_if: unless }),
    },
  }
}

function influencersOf({ host, user, destinations }: Scene['group']): Influence[] {
  const all: [string, readonly string[]][] = [
    ['host.name', [host]],
    ['user.name', [user]],
    ['destination.ip', [...destinations]],
  ]
  return all
    .filter(([, values]) => values.length > 0 && values[0] !== '')
    .map(([influencer_field_name, influencer_field_values]) => ({ influencer_field_name, influencer_field_values }))
}

function namesOf({ names, program }: Scene['group']): string[] {
  const executable = executableOf(program)
  return [...new Set([...names, executable, program.slice(executable.length + 1)])].filter((name) => name !== '')
}
