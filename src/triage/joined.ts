import type { Alert } from '../domain/alert.ts'
import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import type { Rule } from '../domain/rule.ts'
import { type EpochMs, isoTime, type Score } from '../domain/time.ts'
import { counted, enumerated, shortened } from '../domain/words.ts'

/**
 * What has joined an alert since: an incident is told once, and what comes after it, the same again or more of the same matter, is
 * evidence of the alert.
 */
export interface Joined {
  readonly entries: readonly JoinedEntry[]
  /** Findings beyond the entries that are kept. */
  readonly others: number
}

/** A program of one account on one host that joined. Times are starts of buckets. */
export interface JoinedEntry {
  readonly program: string
  readonly host: string
  readonly user: string
  readonly first: EpochMs
  readonly last: EpochMs
  /** Buckets with a finding. */
  readonly buckets: number
  /** The highest. */
  readonly record_score: Score
  /** Addresses, the first few. */
  readonly peers: readonly string[]
}

export const NOTHING_JOINED: Joined = { entries: [], others: 0 }

const ENTRIES_KEPT = 20
const PEERS_KEPT = 5
const NAMED = 3

/** Takes in a record that a job has found to be part of the alert's incident. A record that is written again counts once. */
export function withRecord({ entries, others }: Joined, record: AnomalyRecord): Joined {
  const entry = entryOf(record)
  const at = entries.findIndex(({ program, host, user }) => {
    return program === entry.program && host === entry.host && user === entry.user
  })
  if (at >= 0) return { entries: entries.with(at, merged(entries[at]!, entry)), others }
  if (entries.length < ENTRIES_KEPT) return { entries: [...entries, entry], others }
  return { entries, others: others + 1 }
}

/**
 * The alert of a rule with what has joined it: a list, and in its reason the programs that would have been alerts by themselves. To be
 * called again when more has joined.
 */
export function withJoined(alert: Alert, { entries, others }: Joined, { anomaly_threshold = 0 }: Rule): Alert {
  if (entries.length === 0) return alert
  const ours = alert.oddsock as { readonly sentence: string }
  const more = entries.filter((one) => one.record_score >= anomaly_threshold && one.program !== alert.by_field_value)
  const names = [...new Set(more.map(({ program }) => shortened(program)))]
  const sentence = `Within the hour ${counted(names.length, 'more program')} of this account joined it: ${enumerated(names, NAMED)}.`
  return {
    ...alert,
    'kibana.alert.reason': names.length === 0 ? ours.sentence : `${ours.sentence} ${sentence}`,
    oddsock: {
      ...ours,
      joined: entries.map((entry) => ({ ...entry, first: isoTime(entry.first), last: isoTime(entry.last) })),
      ...(others > 0 && { joined_others: others }),
    },
  }
}

function entryOf(record: AnomalyRecord): JoinedEntry {
  const { timestamp, record_score, by_field_value = '', partition_field_value = '', influencers, oddsock } = record
  const peers = influencers.find((one) => one.influencer_field_name === 'destination.ip')?.influencer_field_values ?? []
  return {
    program: by_field_value,
    host: partition_field_value,
    user: oddsock?.user ?? '',
    first: timestamp,
    last: timestamp,
    buckets: 1,
    record_score,
    peers: peers.slice(0, PEERS_KEPT),
  }
}

function merged(before: JoinedEntry, now: JoinedEntry): JoinedEntry {
  return {
    ...before,
    first: Math.min(before.first, now.first),
    last: Math.max(before.last, now.last),
    buckets: before.buckets + (now.last > before.last || now.first < before.first ? 1 : 0),
    record_score: Math.max(before.record_score, now.record_score),
    peers: [...new Set([...before.peers, ...now.peers])].slice(0, PEERS_KEPT),
  }
}
