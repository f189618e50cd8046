import { setTimeout } from 'node:timers/promises'
import { AppError } from '../domain/error.ts'
import type { Reject } from '../domain/event.ts'
import { type DurationMs, SECOND } from '../domain/time.ts'
import type { Format } from '../formats/format.ts'
import { recognise } from '../formats/index.ts'
import { LINE_LIMIT, LineBlocks } from '../formats/lines.ts'
import { EventLines } from './event-lines.ts'
import { endedBy } from './hand-over.ts'
import type { Arrivals, Intake, LiveSource, SourceHealth } from './live-source.ts'
import { type ChainFile, LogChain } from './log-chain.ts'
import { HEAD_BYTES, type Reading } from './log-file.ts'
import { type LogPosition, LogPositions } from './log-positions.ts'
import { LogStream } from './log-stream.ts'
import { reasonOf } from './unreadable.ts'

/** How often a log is looked at. The file system's own notices are not waited for: they differ from one to the next, and get lost. */
const POLL: DurationMs = 200
/** A writer may go on in a file that was rotated; when it has been silent for so long, it has moved on. */
const LINGER: DurationMs = 30 * SECOND
/** After so many bytes without an event a cursor is handed in all the same. */
const CURSOR_BYTES = 1024 * 1024

export interface TailOptions {
  /** The host of events that name none. */
  readonly host: string
  /** Told by the content unless given. */
  readonly format?: Format
  /** Whether the log is missed while it is not there; of logs that were found in a folder only the rest may be left. Yes unless said. */
  readonly expected?: boolean
}

interface Followed extends ChainFile {
  /** When it was last seen to grow, by a steady clock. */
  grown: DurationMs
  /** Once its first line and its format are known. */
  reading?: FileReading
}

interface FileReading {
  readonly position: LogPosition
  readonly lines: LineBlocks
  /** The place of the file's first byte in the stream. */
  readonly start: number
  /** The byte of the file to read next. */
  next: number
}

/**
 * One log that grows, with what rotation makes of it. Each file of it is read on from its own position, the oldest first, and known
 * again by its content; so it does not matter whether a rotation renames, copies, cuts or packs, or whether anybody looked.
 */
export class TailedLog implements LiveSource {
  readonly name: string
  readonly #options: TailOptions
  readonly #chain: LogChain<Followed>
  readonly #stream = new LogStream()
  readonly #stopping = new AbortController()
  #positions = new LogPositions(undefined)
  #events: EventLines | undefined
  #reject: ((reject: Reject) => void) | undefined
  /** Positions of the files that there were when they were last looked for. */
  readonly #used = new Set<LogPosition>()
  /** What is wrong with the content of files, by inode, with the size that they had then: unless it changes, that is for good. */
  readonly #damaged = new Map<number, { readonly size: number; readonly problem: string }>()
  /** Files of which no line is known, by path. */
  readonly #unknown = new Map<string, string>()
  #failure: string | undefined
  #bytesRead = 0
  #sinceCursor = 0
  #running: Promise<void> | undefined

  /** @param path the log as it is called while it is written; its rotated siblings are found beside it */
  constructor(path: string, options: TailOptions) {
    this.name = `file-tail:${path}`
    this.#options = options
    this.#chain = new LogChain(path, (file, current) => ({ file, current, replaced: false, grown: performance.now() }))
  }

  get health(): SourceHealth {
    const { files, unread, absent } = this.#chain
    const damage = [...this.#damaged.values()].map(({ problem }) => problem)
    const missed = this.#options.expected === false ? undefined : absent
    const problem = this.#failure ?? missed ?? [...unread.values(), ...this.#unknown.values(), ...damage][0]
    const behind = files.map(({ file, reading }) => (file.packed ? 0 : Math.max(0, file.size - (reading?.next ?? 0))))
    return {
      ...(problem !== undefined && { problem }),
      bytesRead: this.#bytesRead,
      bytesBehind: behind.reduce((sum, bytes) => sum + bytes, 0),
    }
  }

  async *backlog(cursor: unknown, reject?: (reject: Reject) => void): AsyncGenerator<Arrivals> {
    this.#positions = new LogPositions(cursor)
    this.#reject = reject
    yield* this.#pass()
  }

  async start(intake: Intake): Promise<void> {
    this.#reject = (reject) => intake.reject(this.name, reject)
    this.#running = this.#follow(intake)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
    await this.#chain.close()
  }

  async #follow(intake: Intake): Promise<void> {
    try {
      while (!this.#stopping.signal.aborted) {
        for await (const arrivals of this.#pass()) await intake.take(arrivals)
        this.#events?.settle(performance.now())
        for (const arrivals of this.#arrivals()) await intake.take(arrivals)
        await setTimeout(POLL, undefined, { signal: this.#stopping.signal }).catch(() => {})
      }
    } catch (error) {
      this.#failure = endedBy(`"${this.#chain.path}"`, error)
    }
  }

  /** Everything that can be read now. */
  async *#pass(): AsyncGenerator<Arrivals> {
    if (await this.#chain.look()) this.#forget()
    let heads = await this.#newHeads()
    // What came to be since would be older than what is begun here.
    while (heads.size > 0 && (await this.#chain.look())) {
      this.#forget()
      heads = await this.#newHeads()
    }
    for (const [followed, head] of heads) if (followed.file.fingerprint) await this.#begin(followed, head)
    for (const followed of [...this.#chain.files]) yield* this.#readOn(followed)
    yield* this.#leave()
  }

  #forget(): void {
    this.#positions.keep(this.#used)
    this.#used.clear()
    this.#unknown.clear()
  }

  /** The beginnings of files that were not begun yet: all must be known before the first of them looks for its position. */
  async #newHeads(): Promise<ReadonlyMap<Followed, Buffer>> {
    const heads = new Map<Followed, Buffer>()
    for (const followed of this.#chain.files) if (!followed.reading) heads.set(followed, await this.#headOf(followed))
    return heads
  }

  async #headOf(followed: Followed): Promise<Buffer> {
    try {
      return await followed.file.head(!followed.current)
    } catch (error) {
      await this.#giveUp(followed, error)
      return Buffer.alloc(0)
    }
  }

  /** Finds out what a file is and where to go on in it; lets go of it when there is nothing left to read. */
  async #begin(followed: Followed, head: Buffer): Promise<void> {
    const { file, current } = followed
    const events = this.#eventsOf(head)
    if (!events) {
      const isWhole = !current || head.length >= HEAD_BYTES || head.includes('\n')
      if (isWhole) this.#unknown.set(file.path, `Cannot read "${file.path}": its format is not known`)
      return
    }
    this.#unknown.delete(file.path)
    const wasDamaged = file.packed && this.#damaged.get(file.ino)?.size === file.size
    if (wasDamaged || (file.packed && this.#isPackedMeanwhile(followed))) return this.#chain.release(followed)
    this.#damaged.delete(file.ino)
    const has = (ino: number, fingerprint: string) => this.#chain.has(ino, fingerprint)
    const position = this.#positions.claim(file.ino, file.fingerprint!, has)
    this.#used.add(position)
    // It was cut back to a shorter beginning of the same content: what is read twice is known again.
    if (current && !file.packed && file.size < position.offset) position.offset = 0
    if (position.done && (file.packed || file.size <= position.offset)) return this.#chain.release(followed)
    const start = this.#stream.begin(position)
    const reader = { lines: events.reader.lines.bind(events.reader), end() {} }
    const reject = (reject: Reject) => this.#rejected(reject)
    const lines = new LineBlocks(reader, reject, LINE_LIMIT, start + position.offset)
    followed.reading = { position, lines, start, next: position.offset }
  }

  /** A plain file is there until its archive is whole. */
  #isPackedMeanwhile({ file }: Followed): boolean {
    return this.#chain.files.some((other) => !other.file.packed && other.file.fingerprint === file.fingerprint)
  }

  #eventsOf(head: Buffer): EventLines | undefined {
    const format = this.#events ? undefined : (this.#options.format ?? recognise(head))
    if (format)
      this.#events = new EventLines({
        format,
        host: this.#options.host,
        placeOf: (place) => this.#stream.placeOf(place),
        reject: (reject) => this.#rejected(reject),
      })
    return this.#events
  }

  #rejected(reject: Reject): void {
    this.#reject?.({ ...reject, from: this.#stream.placeOf(reject.from).offset })
  }

  async *#readOn(followed: Followed): AsyncGenerator<Arrivals> {
    const { reading } = followed
    while (reading && !this.#stopping.signal.aborted) {
      const { bytes, replaced = false, ended = false } = await this.#read(followed, reading.next)
      followed.replaced = replaced
      if (bytes.length > 0) {
        followed.grown = performance.now()
        reading.next += bytes.length
        reading.lines.push(bytes)
        reading.position.offset = reading.lines.at - reading.start
        this.#bytesRead += bytes.length
        this.#sinceCursor += bytes.length
      } else if (!ended) return
      if (ended) await this.#finish(followed, reading)
      yield* this.#arrivals()
      if (ended) return
    }
  }

  async #read(followed: Followed, at: number): Promise<Reading> {
    try {
      return await followed.file.read(at)
    } catch (error) {
      await this.#giveUp(followed, error)
      return { bytes: Buffer.alloc(0) }
    }
  }

  /** Lets go of a file that cannot be read; it is tried again, but for an archive that is as it was. */
  async #giveUp(followed: Followed, error: unknown): Promise<void> {
    const { path, ino, size } = followed.file
    await this.#chain.release(followed)
    if (error instanceof AppError) this.#damaged.set(ino, { size, problem: error.message })
    else if (!this.#stopping.signal.aborted) this.#chain.unread.set(path, `Cannot read "${path}": ${reasonOf(error)}`)
  }

  /** Lets go of files that were rotated and that nobody writes to any more. */
  async *#leave(): AsyncGenerator<Arrivals> {
    const now = performance.now()
    for (const followed of [...this.#chain.files]) {
      if (followed.current || now - followed.grown < LINGER) continue
      if (followed.reading) await this.#finish(followed, followed.reading)
      else await this.#chain.release(followed)
    }
    yield* this.#arrivals()
  }

  /** The last line of a file may lack its end, and will not get it any more. */
  async #finish(followed: Followed, { position, lines, start, next }: FileReading): Promise<void> {
    lines.end()
    position.offset = Math.min(lines.at - start, next)
    position.done = true
    await this.#chain.release(followed)
  }

  *#arrivals(): Generator<Arrivals> {
    const events = this.#events?.take() ?? []
    if (events.length === 0 && this.#sinceCursor < CURSOR_BYTES) return
    this.#sinceCursor = 0
    const waiting = this.#stream.firstOf(this.#events?.unfinished() ?? [])
    yield { source: this.name, events, clock: 'event', cursor: this.#positions.cursor(waiting) }
  }
}
