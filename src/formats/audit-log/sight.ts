import { deriveFields } from '../../domain/derive.ts'
import { REJECT_BYTES } from '../../domain/event.ts'
import { auditKey, hashText, hostOf } from '../../domain/identity.ts'
import type { EpochMs } from '../../domain/time.ts'
import { ByteTable } from '../byte-table.ts'
import type { LineReader, SightingSink, SightOptions } from '../format.ts'
import { KeyBytes } from '../key-bytes.ts'
import { coalesce } from './coalesce.ts'
import { decoder } from './decode.ts'
import { addSockaddr, addSyscall, LineHeaderBytes, type RecordKind, sameBytes } from './line-bytes.ts'
import { type LineHeader, parseHeader } from './parse-header.ts'
import { type AuditLine, parseLine } from './parse-line.ts'
import { REMEMBERED, Reassembler } from './reassemble.ts'

const NEWLINE = 10
/** A block may be a single line, so lines are held back again and again, up to so many bytes: all that an ordinary event has. */
const HELD_LIMIT = 64 * 1024

/** Fields that the key of `line-bytes.ts` determines. Asked for any other, the reader decodes every event in full. */
const DETERMINED =
  /^(host|event|user|oddsock)\.|^process\.(name|executable|title|args|command_line)$|^(source|destination)\.(ip|port|path)$|^network\.|^auditd\.(message_type|data\.(socket\.family|tty|unit))$|^node$/
/** Of those, the ones that hang on PROCTITLE and EXECVE records, in which events differ most. */
const OF_TITLE = /^oddsock\.|^process\.(title|args|command_line)$/
/** `event.sequence` is another in every event. */
const PER_EVENT = new Set(['event.sequence'])

/** What events with equal keys share; no profile where the lines are no event, only the mark of an end. */
interface Known<P> {
  readonly profile: P | undefined
  readonly hostHash: number
}

/** Lines of one event that stand next to each other: mostly all that it has. */
interface Segment<P> extends LineHeader {
  /** `EOE` if its last line is one, so that the event is complete with it. */
  type: string
  time: EpochMs
  serial: number
  node: string
  known: Known<P> | undefined
  /** Where its bytes are while the event is open; dropped with it. */
  block: Buffer | undefined
  from: number
  to: number
}

/** Lines of one stamp at the end of a block, copied from it, and their place in the stream. */
interface Held {
  readonly bytes: Buffer
  readonly at: number
  readonly stamp: Buffer
}

/**
 * The quick reading of an audit log. Neighbouring lines of one event make a segment; the key of a segment's bytes tells whether
 * an event like it was met before, and only the first of its kind is decoded, by the reference decoder's own steps. Segments are
 * joined like lines are; an event of several segments is decoded in full.
 */
export function sighter<P>(options: SightOptions<P>, sink: SightingSink<P>): LineReader {
  if (options.strict || options.fields.some((field) => !DETERMINED.test(field) || PER_EVENT.has(field)))
    return inFull(options, sink)
  return new QuickReader(options, sink)
}

/** Decodes every event. */
function inFull<P>(options: SightOptions<P>, sink: SightingSink<P>): LineReader {
  return decoder(options, {
    event(event, from, to) {
      const time = Date.parse(String(event['@timestamp']))
      const { sequence } = event.event as { readonly sequence: number }
      sink.sight(options.profile(event), time, Number.NaN, auditKey(hashText(hostOf(event)), time, sequence), from, to)
    },
    reject: (reject) => sink.reject(reject),
  })
}

class QuickReader<P> implements LineReader {
  readonly #options: SightOptions<P>
  readonly #sink: SightingSink<P>
  readonly #ports: boolean
  readonly #titleDecides: boolean
  readonly #header = new LineHeaderBytes()
  readonly #known: ByteTable<Known<P>>
  readonly #key = new KeyBytes()
  readonly #titles = new KeyBytes()
  readonly #events: Reassembler<Segment<P>>
  /** Segments whose events were open at the end of the last block, and those begun since. */
  #open: Segment<P>[] = []
  /** Where the segments that were open at the end of the last block have their bytes. */
  #shared: Buffer | undefined
  /** The last lines of the last block, held back until it is seen whether the next one goes on with them. */
  #held: Held | undefined
  #node = ''
  #nodeBytes = Buffer.alloc(0)

  constructor(options: SightOptions<P>, sink: SightingSink<P>) {
    this.#options = options
    this.#sink = sink
    this.#known = new ByteTable(options.kindsKept)
    this.#ports = options.fields.some((field) => field.endsWith('.port'))
    this.#titleDecides = options.decisive.some((field) => OF_TITLE.test(field))
    // A scan takes the first reading of an event, so stragglers only have to be known for what they are.
    const remembered = Math.min(REMEMBERED, Math.ceil((options.kindsKept ?? 8 * REMEMBERED) / 8))
    this.#events = new Reassembler((segments, from, to) => this.#complete(segments, from, to), remembered)
  }

  lines(block: Buffer, from: number, to: number, at: number): void {
    const start = this.#held ? this.#finishHeld(this.#held, block, from, to, at) : from
    this.#read(block, start, to, at - from, true)
    this.#keepOpen(block)
  }

  end(): void {
    if (this.#held) this.#read(this.#held.bytes, 0, this.#held.bytes.length, this.#held.at, false)
    this.#events.end()
  }

  /** `holds`: the last lines may have their like in the next block. */
  #read(block: Buffer, from: number, to: number, shift: number, holds: boolean): void {
    const header = this.#header
    header.enter(block)
    for (let start = from; start < to; ) {
      const end = block.indexOf(NEWLINE, start)
      start = header.read(start, end)
        ? this.#segment(block, start, end, to, shift, holds)
        : this.#unusual(block, start, end, shift)
    }
  }

  /** Reads what was held back together with the lines of the same stamp in the next block; answers where they end in it. */
  #finishHeld(held: Held, block: Buffer, from: number, to: number, at: number): number {
    const { bytes, stamp } = held
    this.#held = undefined
    let cut = from
    while (cut < to && at === held.at + bytes.length) {
      const end = block.indexOf(NEWLINE, cut) + 1
      if (!block.subarray(cut, end).includes(stamp)) break
      cut = end
    }
    const joint = Buffer.concat([bytes, block.subarray(from, cut)])
    this.#read(joint, 0, joint.length, held.at, cut === to && joint.length < HELD_LIMIT)
    return cut
  }

  /** Takes the line at `from`, whose header was read, and those behind it with the same; answers where the next line begins. */
  #segment(block: Buffer, from: number, firstEnd: number, limit: number, shift: number, holds: boolean): number {
    const header = this.#header
    const { nodeFrom, nodeTo, time, serial } = header
    const key = this.#key
    key.clear()
    this.#titles.clear()
    key.add(block, nodeFrom, nodeTo)
    let kind: RecordKind
    let end = firstEnd
    let next: number
    for (;;) {
      kind = header.kind
      this.#addRecord(kind, block, header.typeFrom, header.typeTo, header.bodyFrom, end)
      next = end + 1
      if (next >= limit || kind === 'end') break
      end = block.indexOf(NEWLINE, next)
      if (!header.continues(next, end)) break
    }
    if (holds && next >= limit && kind !== 'end') {
      const stamp = Buffer.from(block.subarray(header.stampFrom, header.stampTo))
      this.#held = { bytes: Buffer.from(block.subarray(from, limit)), at: from + shift, stamp }
      return next
    }
    const segment: Segment<P> = {
      node: this.#nodeName(block, nodeFrom, nodeTo),
      type: kind === 'end' ? 'EOE' : '',
      time,
      serial,
      known: undefined,
      block,
      from,
      to: next,
    }
    segment.known = this.#recognise(segment)
    this.#open.push(segment)
    this.#events.add(segment, from + shift, next + shift)
    return next
  }

  #addRecord(kind: RecordKind, block: Buffer, typeFrom: number, typeTo: number, from: number, to: number): void {
    const key = kind === 'title' ? this.#titles : this.#key
    // That there is a title is part of both keys: a mark of an end alone is no event, with a title it is one.
    this.#key.add(block, typeFrom, typeTo)
    if (kind === 'syscall') addSyscall(key, block, from, to)
    else if (kind === 'sockaddr') addSockaddr(key, block, from, to, this.#ports)
    else if (kind === 'title' || kind === 'other') key.add(block, from, to)
  }

  /** The profile of events like this one: by all but the titles if that is enough, else by everything. */
  #recognise(segment: Segment<P>): Known<P> {
    const key = this.#key
    if (!this.#titleDecides) {
      const idle = this.#known.get(key.bytes, key.length, key.hash)
      if (idle) return idle
    }
    const { length, hash } = key
    key.addKey(this.#titles)
    const known = this.#known.get(key.bytes, key.length, key.hash)
    if (known) return known
    const met = this.#meet([segment])
    if (!this.#titleDecides && met.profile !== undefined && this.#options.isIdle(met.profile))
      this.#known.add(key.bytes, length, hash, met)
    else this.#known.add(key.bytes, key.length, key.hash, met)
    return met
  }

  #meet(segments: readonly Segment<P>[]): Known<P> {
    const event = coalesce(segments.flatMap(linesOf), this.#options.host)
    if (!event) return { profile: undefined, hostHash: 0 }
    const derived = deriveFields(event, this.#options.host)
    return { profile: this.#options.profile(derived), hostHash: hashText(hostOf(derived)) }
  }

  #complete(segments: readonly Segment<P>[], from: number, to: number): void {
    const [first] = segments as [Segment<P>]
    const whole = this.#joined(segments)
    if (whole?.profile === undefined)
      this.#sink.reject({ reason: 'end of an event without its records', from, raw: rawOf(first) })
    else
      this.#sink.sight(
        whole.profile,
        first.time,
        Number.NaN,
        auditKey(whole.hostHash, first.time, first.serial),
        from,
        to,
      )
    for (const segment of segments) segment.block = undefined
  }

  /** What is known of an event. Segments that came after it was complete add nothing: the scan has taken it already. */
  #joined(segments: readonly Segment<P>[]): Known<P> | undefined {
    if (segments.length === 1) return segments[0]!.known
    const telling = segments.filter(({ known }) => known?.profile !== undefined)
    return telling.length > 1 && telling.every(({ block }) => block) ? this.#meet(telling) : telling[0]?.known
  }

  /** A line whose header has another form: no audit record, or one that only the reference decoder can read. */
  #unusual(block: Buffer, from: number, end: number, shift: number): number {
    const text = block.toString('utf8', from, end)
    const header = parseHeader(text)
    if (typeof header === 'string') {
      if (text.trim() !== '')
        this.#sink.reject({ reason: header, from: from + shift, raw: text.slice(0, REJECT_BYTES) })
      return end + 1
    }
    const { node, type, time, serial } = header
    const segment: Segment<P> = {
      node,
      type: type === 'EOE' ? 'EOE' : '',
      time,
      serial,
      known: undefined,
      block,
      from,
      to: end + 1,
    }
    segment.known = this.#meet([segment])
    this.#open.push(segment)
    this.#events.add(segment, from + shift, end + 1 + shift)
    return end + 1
  }

  #nodeName(block: Buffer, from: number, to: number): string {
    if (!sameBytes(block, from, to, this.#nodeBytes, 0, this.#nodeBytes.length)) {
      this.#nodeBytes = Buffer.from(block.subarray(from, to))
      this.#node = block.toString('utf8', from, to)
    }
    return this.#node
  }

  /**
   * The block will be used for other bytes, so segments of events that are still open take theirs along: most of them stand near its
   * end and share a copy of all that is there. One that is open for longer takes its own, or it would hold on to all the others.
   */
  #keepOpen(lent: Buffer): void {
    const open = this.#open.filter(({ block }) => block !== undefined)
    const first = open.find(({ block }) => block === lent)
    const start = first?.from ?? 0
    const shared = first && Buffer.from(lent.subarray(start, open[open.length - 1]!.to))
    for (const segment of open) {
      if (segment.block === lent) moveTo(segment, shared!, segment.from - start)
      else if (segment.block === this.#shared)
        moveTo(segment, Buffer.from(this.#shared!.subarray(segment.from, segment.to)), 0)
    }
    this.#shared = shared
    this.#open = open
  }
}

function moveTo<P>(segment: Segment<P>, block: Buffer, from: number): void {
  segment.to += from - segment.from
  segment.from = from
  segment.block = block
}

function linesOf<P>({ block, from, to }: Segment<P>): AuditLine[] {
  const text = block!.toString('utf8', from, to)
  return text.split('\n').flatMap((line) => {
    const parsed = line === '' ? '' : parseLine(line)
    return typeof parsed === 'string' ? [] : [parsed]
  })
}

function rawOf<P>({ block, from, to }: Segment<P>): string {
  return block ? block.toString('utf8', from, Math.min(to, from + REJECT_BYTES)) : ''
}
