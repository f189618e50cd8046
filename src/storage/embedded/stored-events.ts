import type { EcsEvent } from '../../domain/event.ts'
import type { EpochMs, Seq } from '../../domain/time.ts'
import type { TimeRange } from '../storage.ts'
import { type DayFile, type DayFiles, mayHold } from './day-files.ts'
import { DOCUMENT, documentOf, type PackedDocument } from './document.ts'
import type { Duck } from './duck.ts'
import { Gate } from './gate.ts'

/** Which of the files of sealed days a question is about. */
export type ChooseDays = (days: readonly DayFile[]) => readonly DayFile[]

/** So many places are read at a time where documents are needed. */
const WINDOW = 4_096

/** All stored events, whether in the table or in the file of a day. */
export class StoredEvents {
  readonly #duck: Duck
  readonly #days: DayFiles
  /** Readers share it; sealing passes alone when it moves rows from the table to a file. */
  readonly reading = new Gate()

  constructor(duck: Duck, days: DayFiles) {
    this.#duck = duck
    this.#days = days
  }

  /** Asks the table and those files that `choose` takes; `rows` in the SQL stands for both. */
  select<T>(choose: ChooseDays, sql: (rows: string) => string, ...lists: readonly (readonly string[])[]): Promise<T[]> {
    return this.reading.shared(() => {
      const files = choose(this.#days.all)
      const columns = 'seq, clock, time, own_time, kind, doc'
      const rows =
        files.length === 0
          ? 'events'
          : `(SELECT ${columns} FROM events UNION ALL SELECT ${columns} FROM ${this.#days.table(files)})`
      return this.#duck.rows<T>(sql(rows), ...lists)
    })
  }

  /** The events that a condition holds for, in their order, some thousand at a time. */
  async *documents(
    range: TimeRange,
    where: string,
  ): AsyncGenerator<{ readonly seq: Seq; readonly time: EpochMs; readonly own: EpochMs; readonly event: EcsEvent }> {
    const days = daysWithin(range)
    const [bounds] = await this.select<{ first: Seq | null; last: Seq }>(
      days,
      (rows) => `SELECT min(seq)::DOUBLE AS first, max(seq)::DOUBLE AS last FROM ${rows} WHERE ${where}`,
    )
    const { first, last } = bounds!
    if (first === null) return
    for (let from = first; from <= last; from += WINDOW) {
      const window = `seq >= ${from} AND seq < ${from + WINDOW}`
      const found = await this.select<PackedDocument & { seq: Seq; time: EpochMs; own: EpochMs }>(
        days,
        (rows) => `SELECT seq::DOUBLE AS seq, time::DOUBLE AS time, ${DOCUMENT} FROM ${rows}
          WHERE ${window} AND ${where} ORDER BY seq`,
      )
      for (const row of found) yield { seq: row.seq, time: row.time, own: row.own, event: documentOf(row) }
    }
  }
}

/** Those that may hold events of a range of time. */
export function daysWithin({ from, to }: TimeRange): ChooseDays {
  return (days) => days.filter((one) => mayHold(one, from, to - 1))
}
