import type { Evidence, Facet } from '../domain/alert.ts'
import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import type { EcsEvent, Place } from '../domain/event.ts'
import { values } from '../domain/field.ts'
import type { Observation } from '../domain/observation.ts'
import { addressesOf } from './addresses.ts'

/** So many events stand in an alert whole; `count` tells how many there are. */
export const EVENTS_SHOWN = 10
const VALUES_SHOWN = 10

/** In the order in which they are told. Where rows hold a field, they count all events; otherwise the events shown are counted. */
const FACETS = [
  'destination.ip',
  'user.name',
  'host.name',
  'oddsock.program',
  'destination.port',
  'destination.domain',
  'destination.as.organization.name',
  'destination.geo.country_name',
  'destination.path',
  'source.ip',
  'network.direction',
  'event.action',
  'event.outcome',
  'user.id',
  'process.executable',
  'process.args',
  'process.command_line',
  'process.title',
  'process.working_directory',
  'process.parent.name',
  'process.parent.executable',
  'process.parent.pid',
]

/**
 * The places of the events to show: the first of each row in turn, so that every combination is represented, and those first that speak
 * to what the record is about.
 */
export function placesToShow(
  rows: readonly Observation[],
  about: Pick<AnomalyRecord, 'oddsock'> = {},
  limit = EVENTS_SHOWN,
): Place[] {
  const odd = oddPeers(about)
  const isOdd = ({ values }: Observation) => values.some((value) => addressesOf(value).some((ip) => odd.includes(ip)))
  const inTurn = odd.length === 0 ? rows : [...rows.filter(isOdd), ...rows.filter((row) => !isOdd(row))]
  const places: Place[] = []
  for (let turn = 0; places.length < limit; turn++) {
    const round = inTurn.flatMap((row) => row.events.slice(turn, turn + 1))
    if (round.length === 0) break
    places.push(...round.slice(0, limit - places.length))
  }
  return places
}

/** The addresses that reasons are about, the strongest reason first. */
export function oddPeers({ oddsock }: Pick<AnomalyRecord, 'oddsock'>): string[] {
  const reasons = [...(oddsock?.terms ?? [])].filter(({ nats }) => nats > 0).sort((a, b) => b.nats - a.nats)
  return [...new Set(reasons.flatMap(({ numbers: { ip } }) => (typeof ip === 'string' && ip !== '' ? [ip] : [])))]
}

/** What the events behind an alert have in common. `fields` name the values of the rows; `events` are those that could be read. */
export function evidenceOf(
  rows: readonly Observation[],
  fields: readonly string[],
  events: readonly EcsEvent[],
): Evidence {
  const count = rows.reduce((sum, row) => sum + row.count, 0)
  const sampled = events.length < count
  const facets = FACETS.map((field) => {
    const column = fields.indexOf(field)
    if (column >= 0) return facetOf(field, rowsCounted(field, column, rows))
    return { ...facetOf(field, eventsCounted(field, events)), ...(sampled && { sampled }) }
  })
  return { count, events, facets: facets.filter((one) => one.values.length > 0) }
}

type Counted = readonly [value: string, count: number]

function rowsCounted(field: string, column: number, rows: readonly Observation[]): Counted[] {
  return rows.flatMap((row) => {
    const value = row.values[column] ?? null
    const all = field === 'destination.ip' ? addressesOf(value) : value === null ? [] : [value]
    return all.map((one) => [one, row.count] as const)
  })
}

/** Arguments are told as one line; of other fields each value counts once for each event that has it. */
function eventsCounted(field: string, events: readonly EcsEvent[]): Counted[] {
  return events.flatMap((event) => {
    const found = values(event, field).map(String)
    const told = field === 'process.args' ? [found.join(' ')] : [...new Set(found)]
    return told.map((value) => [value, 1] as const)
  })
}

/** Empty values are none: senders write them where they know nothing. */
function facetOf(field: string, counted: readonly Counted[]): Facet {
  const counts = new Map<string, number>()
  for (const [value, count] of counted) if (value !== '') counts.set(value, (counts.get(value) ?? 0) + count)
  const sorted = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  return {
    field,
    values: sorted.slice(0, VALUES_SHOWN).map(([value, count]) => ({ value, count })),
    others: Math.max(0, sorted.length - VALUES_SHOWN),
  }
}

/** The values of a facet, the most frequent first, without those that it does not list. */
export function facetValues({ facets }: Evidence, field: string): readonly string[] {
  return facets.find((facet) => facet.field === field)?.values.map(({ value }) => value) ?? []
}
