import { isWithin } from '../../datafeed/observe.ts'
import type { EcsEvent, Place, Reject } from '../../domain/event.ts'
import { eventKeyOf } from '../../domain/identity.ts'
import type { Seq } from '../../domain/time.ts'
import type { Format } from '../../formats/format.ts'
import { LineBlocks } from '../../formats/lines.ts'
import type { Query } from '../../query/ast.ts'
import { matches } from '../../query/match.ts'
import type { Page } from '../page.ts'
import type { EventRange } from '../storage.ts'
import { SeenIds } from './seen-ids.ts'

/** What reading back asks of an opened input; `app/` hands in the sources. */
export interface ReadableBytes {
  readonly host: string
  fingerprint(): Promise<string>
  read(): AsyncIterable<Buffer>
  /** Ascending; they may overlap. */
  ranges(ranges: readonly { readonly from: number; readonly to: number }[]): AsyncIterable<Buffer>
}

/** An input of a scan, as far as reading back needs it. */
export interface EventFile {
  readonly source: ReadableBytes
  /** Undefined while the input is unopened, or if it is no format of ours. */
  readonly format: Format | undefined
}

/** Reads events again from the inputs of a scan: by place, or from the beginning. */
export class EventFiles {
  readonly #files: readonly EventFile[]

  constructor(files: readonly EventFile[]) {
    this.#files = files
  }

  async read(places: readonly Place[]): Promise<readonly (EcsEvent | undefined)[]> {
    const events: (EcsEvent | undefined)[] = places.map(() => undefined)
    const order = places.map((place, index) => ({ place, index }))
    order.sort((a, b) => a.place.input - b.place.input || a.place.from - b.place.from)
    for (let start = 0; start < order.length; ) {
      const input = order[start]!.place.input
      let end = start
      while (end < order.length && order[end]!.place.input === input) end++
      const group = order.slice(start, end)
      await this.#readFrom(this.#files[input], group, events)
      start = end
    }
    return events
  }

  async #readFrom(
    file: EventFile | undefined,
    group: readonly { readonly place: Place; readonly index: number }[],
    events: (EcsEvent | undefined)[],
  ): Promise<void> {
    if (!file?.format) return
    let next = 0
    for await (const bytes of file.source.ranges(group.map(({ place }) => place))) {
      events[group[next++]!.index] = decodeFirst(file.format, file.source.host, bytes)
    }
  }

  /** Events of all inputs, copies left out, one input after another: the order within an input is that of the sequence. */
  async scan(query: Query, { after, limit, within }: EventRange): Promise<Page<EcsEvent>> {
    const items: { seq: Seq; doc: EcsEvent }[] = []
    const seen = new SeenIds()
    let seq = 0
    for (const { source, format } of this.#files) {
      if (!format || items.length === limit) continue
      const fingerprint = await source.fingerprint()
      const event = (doc: EcsEvent, from: number) => {
        if (items.length === limit || !seen.add(eventKeyOf(doc, { fingerprint, offset: from }))) return
        seq++
        if (seq <= after || (within !== undefined && !isWithin(doc, within))) return
        if (matches(query, doc)) items.push({ seq, doc })
      }
      const lines = new LineBlocks(format.decoder({ host: source.host }, { event, reject: ignore }), ignore)
      for await (const chunk of source.read()) {
        lines.push(chunk)
        if (items.length === limit) break
      }
      lines.end()
    }
    return { items, next: Math.max(seq, after) }
  }
}

function ignore(_: Reject): void {}

/** The event that begins at the first byte; lines of other events may stand between its own. */
function decodeFirst(format: Format, host: string, bytes: Buffer): EcsEvent | undefined {
  let first: EcsEvent | undefined
  const event = (doc: EcsEvent, from: number) => {
    if (from === 0) first = doc
  }
  const lines = new LineBlocks(format.decoder({ host }, { event, reject: ignore }), ignore)
  lines.push(bytes)
  lines.end()
  return first
}
