import type { Evidence, Facet } from '../domain/alert.ts'
import type { EcsEvent, Place } from '../domain/event.ts'
import { values } from '../domain/field.ts'
import type { Observation } from '../domain/observation.ts'

/** So many events stand in an alert whole; `count` tells how many there are. */
export const EVENTS_SHOWN = 10
const VALUES_SHOWN = 10

/** Fields of which the rows hold every value with its count. */
const ROW_FACETS = ['destination.ip', 'user.name', 'host.name', 'oddsock.program']
/** Fields that only the events themselves hold, so their counts are those of the events shown. */
const EVENT_FACETS = [
  'destination.port',
  'destination.path',
  'source.ip',
  'network.direction',
  'event.action',
  'event.outcome',
  'process.executable',
  'process.args',
  'process.command_line',
  'process.title',
  'process.working_directory',
  'process.parent.name',
  'process.parent.executable',
  'process.parent.pid',
]

/** The places of the events to show: the first of each row in turn, so that every combination is represented. */
export function placesToShow(rows: readonly Observation[], limit = EVENTS_SHOWN): Place[] {
  const places: Place[] = []
  for (let turn = 0; places.length < limit; turn++) {
    const round = rows.flatMap((row) => row.events.slice(turn, turn + 1))
    if (round.length === 0) break
    places.push(...round.slice(0, limit - places.length))
  }
  return places
}

/** What the events behind an alert have in common. `events` are those that could be read. */
export function evidenceOf(
  rows: readonly Observation[],
  fields: readonly string[],
  events: readonly EcsEvent[],
): Evidence {
  const ofRows = ROW_FACETS.filter((field) => fields.includes(field)).map((field) => {
    const column = fields.indexOf(field)
    return facet(
      field,
      rows.map((row) => [row.values[column] ?? null, row.count]),
    )
  })
  const ofEvents = EVENT_FACETS.map((field) =>
    facet(
      field,
      events.flatMap((event) => {
        const found = values(event, field)
        if (field === 'process.args') return found.length > 0 ? [[found.join(' '), 1] as const] : []
        return found.map((value) => [String(value), 1] as const)
      }),
    ),
  )
  return {
    count: rows.reduce((sum, row) => sum + row.count, 0),
    events,
    facets: [...ofRows, ...ofEvents].filter((one) => one.values.length > 0),
  }
}

function facet(field: string, counted: readonly (readonly [string | null, number])[]): Facet {
  const counts = new Map<string, number>()
  for (const [value, count] of counted) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + count)
  const sorted = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  return {
    field,
    values: sorted.slice(0, VALUES_SHOWN).map(([value, count]) => ({ value, count })),
    others: Math.max(0, sorted.length - VALUES_SHOWN),
  }
}
