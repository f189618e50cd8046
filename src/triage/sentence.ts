import type { Evidence } from '../domain/alert.ts'
import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import { text, values } from '../domain/field.ts'
import type { Before } from '../domain/landmark.ts'
import { normalizePath } from '../domain/program-path.ts'
import { type EpochMs, formatDuration, SECOND } from '../domain/time.ts'
import { count, counted, enumerated, shortened } from '../domain/words.ts'
import { facetValues, oddPeers } from './evidence.ts'
import type { Acquaintance, Sightings } from './history.ts'
import { type Peers, peersOf } from './peers.ts'

/** What a sentence is made of. */
export interface Told {
  readonly record: Pick<AnomalyRecord, 'by_field_name' | 'by_field_value' | 'timestamp' | 'bucket_span' | 'oddsock'>
  readonly host: string | null
  readonly evidence: Evidence
  readonly acquaintance: Acquaintance
  /** What happened before the `first` event; left out where that is not known. */
  readonly before?: Before
  readonly first?: EpochMs
}

/**
 * The one sentence that a colleague could read out: who, on which host, how new that is, how often, with whom, as which user and
 * by which program. What the events do not say is said to be unknown. Values of hosts stand in it as they are, long ones
 * without their middle; whoever prints it makes them visible.
 */
export function sentenceOf(told: Told): string {
  const { evidence } = told
  const head = `${who(told)} ${verb(told)} ${howNew(told)}`
  if (evidence.count === 0) return `${head}; the events behind it are not at hand.`
  const parts = [times(evidence.count), ...withWhom(told), ...asWhom(told), ...running(told)]
  return `${head}: ${parts.join(', ')}.`
}

function who(told: Told): string {
  const { host } = told
  const place = host === null ? 'on a host that the events do not name' : `on ${shortened(host)}`
  return `${subject(told)} ${place}`
}

function subject({ record: { by_field_name: field = 'something', by_field_value: value }, evidence }: Told): string {
  const kind = KINDS.get(field) ?? field
  if (!value) return `A ${kind} without a name`
  if (field === 'oddsock.program') return shortened(asWritten([value], evidence)[0]!)
  return PROGRAMS.has(field) ? shortened(value) : `${kind} ${shortened(value)}`
}

/** Fields whose values need no word before them to be understood. */
const PROGRAMS: ReadonlySet<string> = new Set(['process.name', 'oddsock.program'])

const KINDS: ReadonlyMap<string, string> = new Map([
  ['process.name', 'process'],
  ['oddsock.program', 'program'],
  ['user.name', 'user'],
  ['destination.port', 'port'],
])

/** Only a process or a user does something; a port or a module is seen. */
function verb({ record, evidence }: Told): string {
  const { by_field_name: field = '' } = record
  const isActor = PROGRAMS.has(field) || field === 'user.name'
  return isActor && isAboutNetwork(evidence) ? 'used the network' : 'was seen'
}

function isAboutNetwork(evidence: Evidence): boolean {
  if (facetValues(evidence, 'destination.ip').length > 0) return true
  return evidence.events.some((event) => values(event, 'event.category').includes('network'))
}

function howNew(told: Told): string {
  const { anywhere, here } = told.acquaintance
  if (!anywhere) return neverSeen(told)
  if (told.host === null) return `again, ${seenBefore(told, anywhere, `on ${hostsOf(anywhere)}`)}`
  if (here) return `again, ${seenBefore(told, here, 'here')}${alsoOn(told, anywhere)}`
  return `for the first time on this host, ${seenBefore(told, anywhere, `from ${hostsOf(anywhere)}`)}`
}

function neverSeen({ record, acquaintance: { historyFrom, hostsKnown } }: Told): string {
  const history = record.timestamp - historyFrom
  if (!(history > 0)) return 'at the very beginning of the data'
  const before = `for the first time, after ${formatDuration(history)} in which`
  return hostsKnown > 1 ? `${before} none of ${count(hostsKnown)} hosts had shown it` : `${before} it had not been seen`
}

function seenBefore({ record, acquaintance }: Told, seen: Sightings, where: string): string {
  const intervals = counted(acquaintance.bucketsScored, 'interval')
  return `known ${where} in ${count(seen.buckets)} of ${intervals} of ${formatDuration(record.bucket_span * SECOND)}, ${lastSeen(record.timestamp - seen.last)}`
}

/** A row that came late may have been seen in its own bucket, or after it. */
function lastSeen(ago: number): string {
  if (ago < 0) return 'and seen since'
  return ago === 0 ? 'and already in this one' : `last seen ${formatDuration(ago)} before`
}

function alsoOn({ host }: Told, anywhere: Sightings): string {
  const others = { ...anywhere, hosts: anywhere.hosts.filter((one) => one !== (host ?? '')) }
  return others.hosts.length === 0 ? '' : `, and also on ${hostsOf(others)}`
}

function hostsOf({ hosts }: Sightings): string {
  return enumerated(
    hosts.map((host) => (host === '' ? 'a host without a name' : shortened(host))),
    2,
  )
}

function times(events: number): string {
  return events === 1 ? 'once' : events === 2 ? 'twice' : `${count(events)} times`
}

/** A bucket may have many peers, of which few are told: the one that the reasons are about is among them, at whichever end it stands. */
function withFirst(peers: Peers, first: string | undefined): Peers {
  if (first === undefined) return peers
  const moved = (list: readonly string[]) =>
    list.includes(first) ? [first, ...list.filter((ip) => ip !== first)] : list
  return { ...peers, to: moved(peers.to), from: moved(peers.from) }
}

function withWhom({ record, evidence }: Told): string[] {
  const peers = withFirst(peersOf(evidence), oddPeers(record)[0])
  const shown =
    evidence.events.length < evidence.count ? ` (in the ${counted(evidence.events.length, 'event')} shown)` : ''
  const parts: string[] = []
  if (peers.to.length > 0) parts.push(`to ${listed(filled(peers), 3)}${onPorts(peers.toPorts, shown)}`)
  if (peers.from.length > 0)
    parts.push(
      `from ${listed(peers.from, 3)}${peers.ownPorts.length > 0 ? ` to its own ${portList(peers.ownPorts)}` : ''}`,
    )
  if (peers.sockets.length > 0) parts.push(`to the socket ${listed(peers.sockets, 2)}`)
  if (parts.length > 0 || !isAboutNetwork(evidence)) return parts
  const actions = facetValues(evidence, 'event.action')
  return [`with no address in the events${actions.length > 0 ? ` (${listed(actions, 2)})` : ''}`]
}

function filled({ to, moreTo }: Peers): readonly string[] {
  return [...to, ...new Array<string>(moreTo).fill('')]
}

function onPorts(ports: readonly number[], shown: string): string {
  return ports.length === 0 ? '' : ` on ${portList(ports)}${shown}`
}

function portList(ports: readonly number[]): string {
  return `${ports.length === 1 ? 'port' : 'ports'} ${enumerated(ports.map(String), 3)}`
}

function asWhom({ record, evidence }: Told): string[] {
  if (record.by_field_name === 'user.name') return []
  const names = facetValues(evidence, 'user.name')
  if (names.length > 0) return [`as ${listed(names, 2)}`]
  const ids = facetValues(evidence, 'user.id')
  if (ids.length > 0) return [`as ${ids.length === 1 ? 'user id' : 'user ids'} ${listed(ids, 2)}`]
  return ['as a user that the events do not name']
}

/** The programs behind the name, by the path that the events show; left out where they are no more than the name again. */
function running({ record, evidence }: Told): string[] {
  const programs = facetValues(evidence, 'oddsock.program').filter((program) => program !== record.by_field_value)
  return programs.length === 0 ? [] : [`running ${listed(asWritten(programs, evidence), 2)}`]
}

/** A program's identity has its versions and made-up names taken out; where an event shows the path itself, that reads better. */
function asWritten(programs: readonly string[], evidence: Evidence): string[] {
  const paths = new Map<string, string>()
  for (const event of evidence.events) {
    const program = text(event, 'oddsock.program')
    const path = text(event, 'process.executable')
    if (program === undefined || path === undefined || paths.has(program)) continue
    const normal = normalizePath(path)
    if (program.startsWith(normal)) paths.set(program, path + program.slice(normal.length))
  }
  return programs.map((program) => paths.get(program) ?? program)
}

function listed(things: readonly string[], most: number): string {
  return enumerated(
    things.map((thing, i) => (i < most ? shortened(thing) : thing)),
    most,
  )
}
