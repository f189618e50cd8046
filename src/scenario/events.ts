import type { EcsEvent } from '../domain/event.ts'
import { type EpochMs, isoTime, SECOND } from '../domain/time.ts'
import type { EventsLine, Fields, Story, Template } from './story.ts'

/** An event of a story, and when it comes in. */
export interface Arrival {
  readonly at: EpochMs
  readonly event: EcsEvent
}

/** So long after it happened an event comes in, unless the story says when. */
const USUAL_DELAY = 5 * SECOND

/**
 * All events of a story in the order in which they come in, at the same moment in the order of the story. The same story gives
 * the same events. Each has an `event.id` from its place in the story, unless it is given: so a copy can be told.
 */
export function eventsOf({ start, events }: Story): Arrival[] {
  return events.flatMap((line) => eventsOfLine(line, start)).sort((a, b) => a.at - b.at)
}

function eventsOfLine({ line, from, to, every, arriving, templates }: EventsLine, start: EpochMs): Arrival[] {
  const cast = templates.flatMap((template) => expansionsOf(template.fields).map((fields) => ({ template, fields })))
  const arrivals: Arrival[] = []
  for (let time = from; time < to; time += every)
    for (const { template, fields } of cast) {
      const at = start + (arriving ?? time + USUAL_DELAY)
      const id = `${line}-${arrivals.length + 1}`
      arrivals.push({ at, event: eventOf(template, fields, id, start + time, at) })
    }
  return arrivals
}

function eventOf({ category, type }: Template, given: Fields, id: string, time: EpochMs, ingested: EpochMs): EcsEvent {
  const fields = new Map<string, string>([
    ['@timestamp', isoTime(time)],
    ['event.category', category],
    ['event.type', type],
    ['event.id', id],
    ['event.ingested', isoTime(ingested)],
    ['host.os.type', 'linux'],
    // TEST-NET-3 (RFC 5737): outside, and nobody's.
    ...(category === 'network' ? [['destination.ip', '203.0.113.7'] as const] : []),
    ...given,
  ])
  return Object.fromEntries(fields)
}

/** The fields once for each combination of their ranges: `web-{1..3}` is `web-1`, `web-2` and `web-3`. */
export function expansionsOf(fields: Fields): Fields[] {
  return fields.reduce<Fields[]>(
    (done, [field, value]) =>
      done.flatMap((before) => rangesOf(value).map((one) => [...before, [field, one] as const])),
    [[]],
  )
}

const RANGE = /^(.*?)\{(\d{1,6})\.\.(\d{1,6})\}(.*)$/s

function rangesOf(value: string): string[] {
  const [, before, first, last, after] = RANGE.exec(value) ?? []
  if (before === undefined) return [value]
  const count = Math.max(0, Number(last) - Number(first) + 1)
  return Array.from({ length: count }, (_, i) => Number(first) + i).flatMap((number) =>
    rangesOf(after!).map((rest) => `${before}${number}${rest}`),
  )
}
