import type { Evidence } from '../domain/alert.ts'
import { formatDuration, isoTime } from '../domain/time.ts'
import type { Acquaintance } from './history.ts'

/** What a sentence is made of. */
export interface Told {
  readonly process: string
  readonly host: string | null
  readonly evidence: Evidence
  readonly acquaintance: Acquaintance
  /** Start of the bucket. */
  readonly timestamp: number
}

/** The one sentence that a colleague could read out: who, on which host, how new that is, where to, and as whom. */
export function sentenceOf(told: Told): string {
  const { process, host, evidence } = told
  const who = host === null ? process : `${process} on ${host}`
  return `${who} ${howNew(told)}: ${where(evidence)}${asWhom(evidence)}.`
}

function howNew({ host, acquaintance, timestamp }: Told): string {
  const { anywhere, here, historyFrom, bucketsScored, hostsKnown } = acquaintance
  const history = Number.isNaN(historyFrom)
    ? 'at the very start'
    : `in ${formatDuration(Math.max(0, timestamp - historyFrom))}`
  if (!anywhere) {
    const fleet = hostsKnown > 1 ? ` on any of ${hostsKnown} hosts` : ''
    return `used the network for the first time ${history}${fleet}`
  }
  const ago = `last ${formatDuration(Math.max(0, timestamp - anywhere.last))} before`
  if (!here && host !== null)
    return `used the network for the first time here; elsewhere it was seen in ${anywhere.buckets} of ${bucketsScored} intervals, ${ago}`
  return `used the network, which it did in ${anywhere.buckets} of ${bucketsScored} intervals before, ${ago}`
}

function where(evidence: Evidence): string {
  const peers = valuesOf(evidence, 'destination.ip')
  const ports = valuesOf(evidence, 'destination.port')
  const times = evidence.count === 1 ? 'once' : `${evidence.count} times`
  if (peers.length === 0) return `${times}, the events name no address`
  const port = ports.length === 1 ? ` port ${ports[0]}` : ports.length > 1 ? ` ports ${listed(ports, 3)}` : ''
  return `${times}, to ${listed(peers, 3)}${port}`
}

function asWhom(evidence: Evidence): string {
  const users = valuesOf(evidence, 'user.name')
  const programs = valuesOf(evidence, 'oddsock.program')
  const user = users.length === 0 ? ', by a user that the events do not name' : `, as ${listed(users, 2)}`
  return programs.length === 0 ? user : `${user}, by ${listed(programs, 2)}`
}

function valuesOf(evidence: Evidence, field: string): string[] {
  const facet = evidence.facets.find((one) => one.field === field)
  if (!facet) return []
  return [...facet.values.map(({ value }) => value), ...new Array<string>(facet.others).fill('')]
}

function listed(all: readonly string[], shown: number): string {
  const rest = all.length - shown
  const head = all.slice(0, shown)
  if (rest > 0) return `${head.join(', ')} and ${rest} more`
  return head.length > 1 ? `${head.slice(0, -1).join(', ')} and ${head.at(-1)}` : head.join('')
}

/** When something was seen, for people: `2026-03-01 14:15 UTC`. */
export function moment(time: number): string {
  return `${isoTime(time).slice(0, 16).replace('T', ' ')} UTC`
}
