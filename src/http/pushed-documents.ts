import { createHash } from 'node:crypto'
import { deriveFields, withoutOurs } from '../domain/derive.ts'
import type { EcsEvent } from '../domain/event.ts'
import { text, values } from '../domain/field.ts'
import { ownKeyOf, withoutIngested } from '../domain/identity.ts'
import { sortedText } from '../domain/sorted-text.ts'
import { type EpochMs, isoTime, parseTime } from '../domain/time.ts'
import { decodeHexName } from '../formats/ecs-json/decode.ts'

/** A document deeper than this is no log; ours to read are at most five deep, and recursion has to end somewhere. */
const DEEPEST = 64

export interface PushedDocument {
  readonly event: EcsEvent
  /** What the reply calls it. */
  readonly id: string
}

/**
 * Documents of one request, each with an identity of its own (`time-and-order.md` §4): what the sender gave it, else one derived
 * from its content and how often that has come in this request before. So a request that is sent again brings nothing new, and two
 * equal documents in one request are two. Fields are taken in the order of their names, because Beats write them in another one each
 * time.
 */
export class PushedDocuments {
  readonly #receivedAt: EpochMs
  readonly #occurrences = new Map<string, number>()

  /** @param receivedAt the time of documents that carry none */
  constructor(receivedAt: EpochMs) {
    this.#receivedAt = receivedAt
  }

  /** The document, or the reason why it is none: stable words without values of the input. */
  read(json: string, index: string, id: string | undefined): PushedDocument | string {
    let parsed: unknown
    try {
      parsed = JSON.parse(json)
    } catch {
      return 'document that is no JSON'
    }
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return 'document that is no JSON object'
    if (isDeeper(parsed, DEEPEST)) return 'document nested too deeply'
    // What it brings under our names goes with that, the mark by which a revision takes the place of an event among it.
    const document = derived(parsed as EcsEvent)
    if (document === undefined) return 'document that cannot be read'
    const [time] = values(document, '@timestamp')
    if (time !== undefined && Number.isNaN(parseTime(time))) return '@timestamp is not a time'
    const own = Object.hasOwn(document, '_id') || Object.hasOwn(document, '_index') ? withoutNames(document) : document
    const named = this.#identify(index === '' ? own : { ...own, _index: index }, id, json)
    return time === undefined ? { ...named, event: { '@timestamp': isoTime(this.#receivedAt), ...named.event } } : named
  }

  #identify(event: EcsEvent, id: string | undefined, json: string): PushedDocument {
    if (id !== undefined) return { event: { ...event, _id: id }, id }
    const own = ownKeyOf(event)
    if (own !== undefined) return { event, id: text(event, 'event.id') ?? String(own) }
    const content = digest(sortedText(withoutOurs(withoutIngested(event))) + roundedOf(event, json))
    const before = this.#occurrences.get(content) ?? 0
    this.#occurrences.set(content, before + 1)
    const drawn = before === 0 ? content : digest(`${content}${before}`)
    return { event: { ...event, _id: drawn }, id: drawn }
  }
}

/** Whatever our own code may stumble over must not come back in a retry that never ends. */
function derived(event: EcsEvent): EcsEvent | undefined {
  try {
    return deriveFields(decodeHexName(event))
  } catch {
    return undefined
  }
}

/** An action says what a document is called; what stands inside says nothing. */
function withoutNames({ _id, _index, ...rest }: EcsEvent): EcsEvent {
  return rest
}

/** What the numbers of a document lose when they are read, so that it still tells two documents apart. */
function roundedOf(event: EcsEvent, json: string): string {
  // Whoever stamps a document anew may do so in nanoseconds.
  if (text(event, 'event.ingested') !== undefined) return ''
  return (
    json
      .match(/\d{16,}/g)
      ?.sort()
      .join() ?? ''
  )
}

/** 120 bits in 20 characters, the length of the ids that Elasticsearch draws. */
function digest(content: string): string {
  return createHash('sha256').update(content).digest('base64url').slice(0, 20)
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  // A list of the values for each object of each document would cost more than all the rest of this.
  for (const name in value) if (isDeeper((value as Record<string, unknown>)[name], levels - 1)) return true
  return false
}
