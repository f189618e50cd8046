import type { Alert } from '../domain/alert.ts'
import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import { accountText } from '../domain/novelty-fields.ts'
import type { Rule } from '../domain/rule.ts'
import { type EpochMs, isoTime, type Score } from '../domain/time.ts'
import { counted, enumerated, shortened } from '../domain/words.ts'
import { oddPeers } from './evidence.ts'

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
  /** The strongest reason of that; what an older version saved has none. */
  readonly why?: string
  /** Addresses, the first few: those of the highest score first. */
  readonly peers: readonly string[]
}

export const NOTHING_JOINED: Joined = { entries: [], others: 0 }

const ENTRIES_KEPT = 20
const PEERS_KEPT = 5
const NAMED = 3
/** A score so much higher says something new. */
const WORSE: Score = 5

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
  const said = [ours.sentence, ...(names.length === 0 ? [] : [sentence]), ...worseSince(alert, entries)]
  return {
    ...alert,
    'kibana.alert.reason': said.join(' '),
    oddsock: {
      ...ours,
      joined: entries.map((entry) => ({ ...entry, first: isoTime(entry.first), last: isoTime(entry.last) })),
      ...(others > 0 && { joined_others: others }),
    },
  }
}

/** What has joined with a higher score than the alert's own: of the worst, what it was. */
function worseSince({ record_score }: Alert, entries: readonly JoinedEntry[]): string[] {
  const [worst] = [...entries].sort((a, b) => b.record_score - a.record_score)
  if (worst === undefined || !(worst.record_score > Number(record_score) + WORSE) || worst.why === undefined) return []
  const whose = worst.user === '' ? '' : ` as ${shortened(accountText(worst.user))}`
  return [`Since then ${shortened(worst.program)}${whose} came to ${worst.record_score.toFixed(0)}: ${worst.why}`]
}

function entryOf(record: AnomalyRecord): JoinedEntry {
  const { timestamp, record_score, by_field_value = '', partition_field_value = '', influencers, oddsock } = record
  const all = influencers.find((one) => one.influencer_field_name === 'destination.ip')?.influencer_field_values ?? []
  const peers = [...new Set([...oddPeers(record), ...all])]
  const [strongest] = [...(oddsock?.terms ?? [])].sort((a, b) => b.nats - a.nats)
  return {
    program: by_field_value,
    host: partition_field_value,
    user: oddsock?.user ?? '',
    first: timestamp,
    last: timestamp,
    buckets: 1,
    record_score,
    ...(strongest !== undefined && { why: strongest.sentence }),
    peers: peers.slice(0, PEERS_KEPT),
  }
}

function merged(before: JoinedEntry, now: JoinedEntry): JoinedEntry {
  const [higher, lower] = now.record_score > before.record_score ? [now, before] : [before, now]
  return {
    ...before,
    first: Math.min(before.first, now.first),
    last: Math.max(before.last, now.last),
    buckets: before.buckets + (now.last > before.last || now.first < before.first ? 1 : 0),
    record_score: higher.record_score,
    ...(higher.why !== undefined && { why: higher.why }),
    peers: [...new Set([...higher.peers, ...lower.peers])].slice(0, PEERS_KEPT),
  }
}
