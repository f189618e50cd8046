import type { EcsEvent } from '../../domain/event.ts'
import { coalesce } from './coalesce.ts'
import type { ParsedHeader } from './parse-header.ts'
import { parseBody } from './parse-line.ts'

/** A line that waits for its event as text: fields are read when it is complete, since maps that wait cost much more. */
export interface WaitingLine extends ParsedHeader {
  readonly text: string
}

export interface Joined {
  /** Undefined if the lines hold nothing but the mark of an event's end. */
  readonly event: EcsEvent | undefined
  /** How many records it was made of. */
  readonly records: number
}

/**
 * Joins the lines of one audit event, in order of arrival. A line that came twice, since its sender or a rotation repeated it, counts
 * once: it makes the event no more complete.
 *
 * @param host where the lines name none
 */
export function join(lines: readonly WaitingLine[], host?: string): Joined {
  const distinct = lines.length === 1 ? lines : [...new Map(lines.map((line) => [line.text, line])).values()]
  const event = coalesce(
    distinct.map((line) => parseBody(line, line.text)),
    host,
  )
  return { event, records: distinct.length }
}
