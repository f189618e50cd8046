import { addressClassOf } from '../domain/address.ts'
import type { Answer } from '../domain/alert.ts'
import type { NoveltyTerm } from '../domain/anomaly-record.ts'
import type { TermName } from '../domain/term-name.ts'
import { DAY, formatDuration, HOUR, MINUTE, SECOND } from '../domain/time.ts'
import { count, counted, enumerated, shortened } from '../domain/words.ts'
import { facetValues } from './evidence.ts'
import { beforeInWords } from './landmarks.ts'
import { peersOf } from './peers.ts'
import type { Told } from './sentence.ts'

/**
 * What whoever judges an alert asks, in the order of the rules' guides, answered from what is known already: the events, what
 * was seen before, and the reasons of the job. What cannot be told from there is said to be unknown, and how to find it out is
 * the guide's to say.
 */
export function answersOf(told: Told): Answer[] {
  return [
    { question: 'addresses', says: sentences(withWhom(told), ...reasons(told, PEERS)) },
    { question: 'user', says: sentences(byWhom(told), ...reasons(told, PEOPLE)) },
    { question: 'rhythm', says: sentences(howOften(told), ...reasons(told, PACE)) },
    { question: 'command', says: sentences(whatRan(told), ...reasons(told, SHAPE)) },
    { question: 'before', says: sentences(startedBy(told), whatCameBefore(told), ...reasons(told, COMPANY)) },
  ]
}

const PEERS: readonly TermName[] = [
  'unknown endpoint',
  'new range',
  'new port',
  'known endpoint',
  'new internal peer',
  'port',
  'fan-out',
  'leap',
  'new peers at once',
]
const PEOPLE: readonly TermName[] = ['program', 'terminal', 'hour']
const PACE: readonly TermName[] = ['persistence', 'reach', 'review']
const SHAPE: readonly TermName[] = ['directory', 'new directory', 'name of itself', 'no network of its own']
const COMPANY: readonly TermName[] = ['roll-out', 'burst']

/** A reason that is worth less, for or against, answers nothing. */
const LEAST_NATS = 0.3
const REASONS = 3

function reasons({ record }: Told, names: readonly TermName[]): string[] {
  return (record.oddsock?.terms ?? [])
    .filter(({ name, nats }) => names.includes(name) && Math.abs(nats) >= LEAST_NATS)
    .sort((a, b) => Math.abs(b.nats) - Math.abs(a.nats))
    .slice(0, REASONS)
    .map(({ sentence }) => sentence)
}

const sentences = (...said: readonly string[]): string => said.filter((one) => one !== '').join(' ')

/** What each part of the world is called, the farthest first. */
const PARTS = [
  ['external', 'outside'],
  ['unknown', 'of no known kind'],
  ['internal', 'inside'],
  ['link-local', 'on the own link, where clouds have their metadata service'],
  ['multicast', 'of a group'],
  ['loopback', 'on the host itself'],
  ['unspecified', 'on the host itself, unspecified'],
] as const

/** What a pipeline of the sender's has found out about addresses; we ask nobody, so as not to warn their owner. */
const ENRICHED = [
  ['destination.domain', 'the name'],
  ['destination.as.organization.name', 'the network of'],
  ['destination.geo.country_name', 'in'],
] as const

function withWhom({ evidence, record }: Told): string {
  const { to, moreTo, toPorts, from, ownPorts, sockets } = peersOf(evidence)
  const asked = PARTS.flatMap(([part, words]) => {
    const here = to.filter((ip) => addressClassOf(ip) === part)
    return here.length > 0 ? [`${count(here.length)} ${words} (${listed(here)})`] : []
  })
  if (moreTo > 0) asked.push(`${count(moreTo)} more that are not listed`)
  const said = [
    ...(asked.length > 0 ? [`Asked ${asked.join(', ')}${onPorts(toPorts)}.`] : []),
    ...(from.length > 0 ? [`Was asked by ${listed(from)}${onPorts(ownPorts)}.`] : []),
    ...(sockets.length > 0 ? [`Asked the socket ${listed(sockets)}.`] : []),
  ]
  if (said.length === 0) return 'No address stands in the events.'
  const known = ENRICHED.flatMap(([field, words]) => {
    const values = facetValues(evidence, field)
    return values.length > 0 ? [`${words} ${listed(values)}`] : []
  })
  if (known.length > 0) said.push(`By what the events were enriched with: ${known.join(', ')}.`)
  const judged = record.oddsock?.terms ?? []
  if (judged.length > 0 && !judged.some(({ name }) => PEERS.includes(name) || name === 'program'))
    said.push('None of them is new to the program.')
  return said.join(' ')
}

function onPorts(ports: readonly number[]): string {
  return ports.length === 0
    ? ''
    : `, on ${ports.length === 1 ? 'port' : 'ports'} ${enumerated(ports.map(String), SHOWN)}`
}

function byWhom({ evidence, record }: Told): string {
  const { terms, user } = record.oddsock ?? {}
  const names = facetValues(evidence, 'user.name')
  const ids = facetValues(evidence, 'user.id').map((id) => `user id ${id}`)
  const who = names.length > 0 ? listed(names) : ids.length > 0 ? listed(ids) : user ? shortened(user) : undefined
  if (who === undefined) return 'The events do not name a user.'
  if (terms === undefined) return `Ran as ${who}; this job does not ask whether that is usual.`
  return hasTerm(terms, 'program') ? `Ran as ${who}.` : `Ran as ${who}, who ran it here before.`
}

const hasTerm = (terms: readonly NoveltyTerm[], name: TermName): boolean => terms.some((term) => term.name === name)

function howOften({ record, acquaintance }: Told): string {
  const { anywhere, bucketsScored, historyFrom, hostsKnown, rhythm } = acquaintance
  if (!anywhere) {
    const past = record.timestamp - historyFrom
    const where = hostsKnown > 1 ? ` on ${count(hostsKnown)} hosts` : ''
    return past > 0
      ? `New: not seen in ${formatDuration(past)} before${where}.`
      : 'The data begin here: nothing came before.'
  }
  const always = rhythm?.timeOfDay === undefined ? '' : `, always around ${clock(rhythm.timeOfDay)} UTC`
  if (rhythm?.every !== undefined)
    return `Comes back every ${formatDuration(rhythm.every).replace(/^1 /, '')}, ${count(rhythm.times)} times so far${always}.`
  if (always !== '') return `Comes back at no even distance, ${count(rhythm!.times)} times so far${always}.`
  const ago = record.timestamp - anywhere.last
  if (rhythm?.times === 2 && ago > 0) return `Once before, ${formatDuration(ago)} ago${sameTime(ago)}.`
  const intervals = `${count(anywhere.buckets)} of ${counted(bucketsScored, 'interval')} of ${formatDuration(record.bucket_span * SECOND)}`
  return `Seen in ${intervals} before, at no even pace.`
}

/** Whole days apart, give or take what a late start of a job makes. */
function sameTime(ago: number): string {
  const off = Math.abs(ago - Math.round(ago / DAY) * DAY)
  return ago > DAY / 2 && off <= HOUR ? ', at the same time of day' : ''
}

function clock(timeOfDay: number): string {
  const minutes = Math.round(timeOfDay / MINUTE) % (DAY / MINUTE)
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':')
}

function whatRan({ evidence }: Told): string {
  const first = (...fields: readonly string[]) => fields.flatMap((field) => facetValues(evidence, field).slice(0, 1))[0]
  const line = first('process.args', 'process.command_line', 'process.title')
  const directory = first('process.working_directory')
  const file = first('process.executable')
  const said = [
    line === undefined ? 'The events hold no arguments' : `It ran \`${shortened(line)}\``,
    ...(directory === undefined ? [] : [`in ${shortened(directory)}`]),
    ...(file === undefined ? [] : [`from ${shortened(file)}`]),
  ]
  return `${said.join(line === undefined ? '; ' : ', ')}.`
}

function startedBy({ evidence }: Told): string {
  const parents = ['process.parent.executable', 'process.parent.name'].map((field) => facetValues(evidence, field))
  const named = parents.find((values) => values.length > 0)
  return named ? `Started by ${listed(named)}.` : 'The events do not name what started it.'
}

function whatCameBefore({ before, first = Number.NaN }: Told): string {
  return before === undefined ? '' : beforeInWords(before, first)
}

/** So many of one kind are told. */
const SHOWN = 3

function listed(things: readonly string[]): string {
  return enumerated(
    things.map((thing, i) => (i < SHOWN ? shortened(thing) : thing)),
    SHOWN,
  )
}
