import type { EcsEvent, Place, Reject } from '../../domain/event.ts'
import type { Seq } from '../../domain/time.ts'
import type { Format } from '../../formats/format.ts'
import { LineBlocks } from '../../formats/lines.ts'
import type { Query } from '../../query/ast.ts'
import { matches } from '../../query/match.ts'
import type { Page, SeqRange } from '../storage.ts'

/** What reading back asks of an opened input; `app.ts` hands in the sources. */
export interface ReadableBytes {
  readonly host: string
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
    const events: (EcsEvent | undefined)[] = new Array(places.length)
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
      const { place, index } = group[next++]!
      events[index] = decodeOne(file.format, file.source.host, bytes, place.from)
    }
  }

  /** Events of all inputs, one input after another: the order within an input is that of the sequence. */
  async scan(query: Query, range: SeqRange): Promise<Page<EcsEvent>> {
    const items: { seq: Seq; doc: EcsEvent }[] = []
    let seq = 0
    for (const { source, format } of this.#files) {
      if (!format) continue
      const take = (event: EcsEvent) => {
        seq++
        if (seq > range.after && items.length < range.limit && matches(query, event)) items.push({ seq, doc: event })
      }
      const lines = new LineBlocks(format.decoder({ host: source.host }, { event: take, reject: ignore }), ignore)
      for await (const chunk of source.read()) {
        lines.push(chunk)
        if (items.length >= range.limit) return { items, next: items.at(-1)!.seq }
      }
      lines.end()
    }
    return { items, next: seq }
  }
}

function ignore(_: Reject): void {}

/** The event that begins at the first byte; lines of other events may stand between its own. */
function decodeOne(format: Format, host: string, bytes: Buffer, at: number): EcsEvent | undefined {
  let first: { event: EcsEvent; from: number } | undefined
  const keep = (event: EcsEvent, from: number) => {
    if (!first || from < first.from) first = { event, from }
  }
  const lines = new LineBlocks(format.decoder({ host }, { event: keep, reject: ignore }), ignore)
  lines.push(bytes)
  lines.end()
  return first && first.from === 0 && at >= 0 ? first.event : undefined
}
