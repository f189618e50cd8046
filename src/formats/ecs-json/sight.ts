import { derivedFrom, deriveFields, isOurs } from '../../domain/derive.ts'
import { type EcsEvent, REJECT_BYTES } from '../../domain/event.ts'
import { values } from '../../domain/field.ts'
import { auditKey, eventKeyOf, hashText, hostOf, isAuditEvent, textKey } from '../../domain/identity.ts'
import { parseTime } from '../../domain/time.ts'
import { ByteTable } from '../byte-table.ts'
import type { LineReader, SightingSink, SightOptions } from '../format.ts'
import { IsoTimes } from '../iso-times.ts'
import { KeyBytes } from '../key-bytes.ts'
import { decodeHexName, decodeLine } from './decode.ts'
import { JsonFields } from './json-fields.ts'

const NEWLINE = 10
const RETURN = 13
const SPACE = 32
const QUOTE = 34
const ZERO = 48
const BACKSLASH = 92
const CLOSE_BRACE = 125

/** Read from every line, since they differ in every line; everything else is read once for each combination that occurs. */
const PER_LINE = [
  '@timestamp',
  'event.ingested',
  'event.sequence',
  'auditd.sequence',
  'event.id',
  '_index',
  '_id',
  '_source',
] as const

/** What all lines share whose wanted fields are byte for byte the same. */
interface Known<P> {
  readonly profile: P
  readonly audit: boolean
  readonly hostHash: number
}

/**
 * The quick reading of NDJSON. `JsonFields` finds the bytes of the wanted fields; lines that agree in all of them share one
 * profile, made by the reference decoder's own steps the first time. A line that holds a surprise is read by the reference decoder.
 */
export function sighter<P>(options: SightOptions<P>, sink: SightingSink<P>): LineReader {
  const wanted = [...new Set([...options.fields.filter((field) => !isOurs(field)), ...derivedFrom(options.fields)])]
  const fields = [...new Set([...PER_LINE, ...wanted])]
  const [time, ingested, sequence, auditSequence, id, index, docId, source] = PER_LINE.map((field) =>
    fields.indexOf(field),
  ) as Slots
  const keySlots = Int32Array.from(wanted, (field) => fields.indexOf(field))
  const found = new JsonFields(fields)
  const times = new IsoTimes()
  const known = new ByteTable<Known<P>>(options.kindsKept)
  const key = new KeyBytes()

  function inFull(block: Buffer, from: number, to: number, place: number): void {
    const line = block.toString('utf8', from, to)
    const event = decodeLine(line, options)
    if (event === undefined) return
    if (typeof event === 'string') return sink.reject({ reason: event, from: place, raw: line.slice(0, REJECT_BYTES) })
    const at = parseTime(values(event, '@timestamp')[0])
    const came = parseTime(values(event, 'event.ingested')[0])
    const eventKey = eventKeyOf(event, { fingerprint: options.fingerprint, offset: place })
    sink.sight(options.profile(event), at, came, eventKey, place, place + to + 1 - from)
  }

  /** Puts the bytes of the wanted fields one after another into the key. */
  function makeKey(block: Buffer): void {
    key.clear()
    for (let i = 0; i < keySlots.length; i++) {
      const slot = keySlots[i]!
      const start = found.from[slot]!
      key.add(block, start, start < 0 ? start : found.to[slot]!)
    }
  }

  function meet(block: Buffer): Known<P> | undefined {
    let event: EcsEvent
    try {
      const entries = wanted.flatMap((field, i) => {
        const slot = keySlots[i]!
        return found.from[slot]! < 0
          ? []
          : [[field, JSON.parse(block.toString('utf8', found.from[slot], found.to[slot]))]]
      })
      event = deriveFields(decodeHexName(Object.fromEntries(entries)), options.host)
    } catch {
      return undefined
    }
    return { profile: options.profile(event), audit: isAuditEvent(event), hostHash: hashText(hostOf(event)) }
  }

  /** A whole number, bare or in quotes; -1 if missing, NaN if it is anything else. */
  function wholeNumber(block: Buffer, slot: number): number {
    let from = found.from[slot]!
    let to = found.to[slot]!
    if (from < 0) return -1
    if (block[from] === QUOTE) [from, to] = [from + 1, to - 1]
    else if (block[from] === ZERO && to - from > 1) return Number.NaN
    let number = to > from && to - from <= 15 ? 0 : Number.NaN
    for (let p = from; p < to; p++) {
      const digit = block[p]! - 48
      number = digit >= 0 && digit <= 9 ? number * 10 + digit : Number.NaN
    }
    return number
  }

  function timeOf(block: Buffer, slot: number): number {
    const from = found.from[slot]!
    return from >= 0 && block[from] === QUOTE ? times.read(block, from + 1, found.to[slot]! - 1) : Number.NaN
  }

  /** The event's key, or NaN where only the reference way can tell. */
  function keyOf(block: Buffer, at: Known<P>, eventTime: number, place: number): number {
    // What only its serial shows to be an audit event may have another name, too.
    if (!at.audit && found.from[auditSequence]! >= 0) return Number.NaN
    const own = wholeNumber(block, sequence)
    const serial = own === -1 ? wholeNumber(block, auditSequence) : own
    if (Number.isNaN(serial) || (found.from[id]! >= 0 && !isPlainText(block, id))) return Number.NaN
    if (serial !== -1 && at.audit) return auditKey(at.hostHash, eventTime, serial)
    if (found.from[index]! >= 0 || found.from[docId]! >= 0) return Number.NaN
    return found.from[id]! < 0
      ? eventKeyOf({}, { fingerprint: options.fingerprint, offset: place })
      : textKey(block.subarray(found.from[id]! + 1, found.to[id]! - 1))
  }

  /** Whether the value is a string whose bytes are its characters. */
  function isPlainText(block: Buffer, slot: number): boolean {
    const from = found.from[slot]!
    const to = found.to[slot]!
    if (block[from] !== QUOTE) return false
    for (let p = from + 1; p < to - 1; p++)
      if (block[p]! < SPACE || block[p]! > 0x7e || block[p] === BACKSLASH) return false
    return true
  }

  function quickly(block: Buffer, from: number, to: number, place: number): boolean {
    const last = block[to - 1] === RETURN ? to - 1 : to
    if (block[last - 1] !== CLOSE_BRACE || !found.find(block, from, last) || found.from[source]! >= 0) return false
    const at = timeOf(block, time)
    const came = timeOf(block, ingested)
    if (Number.isNaN(at) || (Number.isNaN(came) && found.from[ingested]! >= 0)) return false
    makeKey(block)
    let met = known.get(key.bytes, key.length, key.hash)
    if (!met) {
      met = meet(block)
      if (!met) return false
      known.add(key.bytes, key.length, key.hash, met)
    }
    const eventKey = keyOf(block, met, at, place)
    if (Number.isNaN(eventKey)) return false
    sink.sight(met.profile, at, came, eventKey, place, place + to + 1 - from)
    return true
  }

  return {
    lines(block, from, to, at) {
      for (let start = from; start < to; ) {
        const end = block.indexOf(NEWLINE, start)
        const place = at + start - from
        if (options.strict || !quickly(block, start, end, place)) inFull(block, start, end, place)
        start = end + 1
      }
    },
    end() {},
  }
}

type Slots = [number, number, number, number, number, number, number, number]
