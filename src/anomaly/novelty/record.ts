import type { AnomalyRecord, Influence } from '../../domain/anomaly-record.ts'
import type { BucketSpan } from '../../domain/bucket.ts'
import { derivedId } from '../../domain/hash.ts'
import { NOVELTY } from '../../domain/novelty-fields.ts'
import { executableOf } from './executable.ts'
import type { Candidate, Decision } from './incidents.ts'
import type { Judgement } from './judge.ts'
import { scoreOf } from './record-score.ts'
import type { Scene } from './scene.ts'

/** What a finding is, for the incident loop. */
export function candidateOf(jobId: string, { group, program }: Scene, judgement: Judgement): Candidate {
  const { about, peerLed, review, nats } = judgement
  const { host, user, first: at } = group
  const matter =
    review.nats > 0
      ? ['review', group.program, about.peer.ip, about.peer.port]
      : peerLed
        ? ['peer', group.program, about.peer.range || about.peer.ip, about.peer.port]
        : ['program', group.program, user]
  const others = [...(program?.hosts.keys() ?? [])].filter((name) => name !== host)
  return {
    ...{ id: derivedId('incident', jobId, host, group.program, at), at, nats },
    ...{ place: JSON.stringify([host, group.program]), matter: JSON.stringify(matter) },
    firstInFleet: others.length === 0,
  }
}

/** The record of a finding; its score never changes afterwards, since its mapping is fixed. */
export function recordOf(
  jobId: string,
  bucket: BucketSpan,
  { group }: Scene,
  { nats, terms }: Judgement,
  candidate: Candidate,
  decision: Decision | undefined,
): AnomalyRecord {
  const { host, program, user } = group
  const score = scoreOf(nats)
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
      terms: terms.map((term) => ({ ...term, sentence: '' })),
      shown: decision?.shown ?? false,
      ...(decision?.incident !== undefined && { incident: decision.incident }),
      names: namesOf(group),
      user,
      ...{ place: candidate.place, matter: candidate.matter, firstInFleet: candidate.firstInFleet, at: candidate.at },
    },
  } as AnomalyRecord
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
