import { isDeepStrictEqual } from 'node:util'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { AnomalyResult } from '../../domain/anomaly-record.ts'
import type { EcsEvent } from '../../domain/event.ts'
import type { EpochMs, Seq } from '../../domain/time.ts'
import type { Query } from '../../query/ast.ts'
import { matches } from '../../query/match.ts'
import type { Page, SeqRange } from '../page.ts'
import { resultKeyOf } from '../result-key.ts'
import type { ResultStore } from '../storage.ts'
import { type Duck, rowsOf } from './duck.ts'
import { setAbout } from './duck-schema.ts'
import { Gate } from './gate.ts'

/** Under this name the store keeps the place of the last result ever written, for a place is never given twice. */
export const RESULTS_SEQ = 'results_seq'

/** So many rows of the journal are looked at in one go. */
const WINDOW = 2_000

/** Results in a table, in the order in which they were written. */
export class DuckResults implements ResultStore {
  readonly #duck: Duck
  readonly #writer: DuckDBConnection
  /** One change after another. */
  readonly writing = new Gate()
  #seq: Seq

  constructor(duck: Duck, writer: DuckDBConnection, seq: Seq) {
    this.#duck = duck
    this.#writer = writer
    this.#seq = seq
  }

  append(results: readonly AnomalyResult[]): Promise<Seq> {
    return this.writing.alone(async () => {
      const keys = results.map(resultKeyOf)
      const newest = await this.#newestOf(results, keys)
      const rows: Written[] = []
      let seq = this.#seq
      for (const [i, result] of results.entries()) {
        const doc = JSON.stringify(result)
        const before = newest.get(keys[i]!)
        if (before !== undefined && isSame(before, doc)) continue
        newest.set(keys[i]!, doc)
        rows.push({ seq: ++seq, job: result.job_id, time: result.timestamp, key: keys[i]!, doc })
      }
      if (rows.length > 0) await this.#duck.transaction(this.#writer, () => this.#insert(rows))
      this.#seq = seq
      return seq
    })
  }

  /** Results are few, and any field may be asked for: what matches is found out on the documents. */
  async scan(query: Query, { after, limit }: SeqRange): Promise<Page<AnomalyResult>> {
    const items: { seq: Seq; doc: AnomalyResult }[] = []
    let next = after
    while (true) {
      const rows = await this.#duck.rows<{ seq: Seq; doc: string }>(
        `SELECT seq::DOUBLE AS seq, doc FROM results WHERE seq > ${next} ORDER BY seq LIMIT ${WINDOW}`,
      )
      for (const { seq, doc } of rows) {
        if (items.length >= limit) return { items, next }
        next = seq
        const result: AnomalyResult = JSON.parse(doc)
        if (matches(query, result as unknown as EcsEvent)) items.push({ seq, doc: result })
      }
      if (rows.length < WINDOW) return { items, next }
    }
  }

  async newest(jobId: string, from: EpochMs): Promise<readonly AnomalyResult[]> {
    const rows = await this.#duck.rows<{ doc: string }>(
      `SELECT arg_max(doc, seq) doc FROM results WHERE job_id IN (SELECT unnest($1)) AND time >= ${from} GROUP BY key ORDER BY min(seq)`,
      [jobId],
    )
    return rows.map(({ doc }) => JSON.parse(doc))
  }

  async last(jobId: string): Promise<Seq> {
    const [row] = await this.#duck.rows<{ seq: Seq | null }>(
      'SELECT max(seq)::DOUBLE AS seq FROM results WHERE job_id IN (SELECT unnest($1))',
      [jobId],
    )
    return row!.seq ?? 0
  }

  rewind(jobId: string, after: Seq): Promise<void> {
    return this.writing.alone(() =>
      this.#duck.transaction(this.#writer, async () => {
        await setAbout(this.#writer, RESULTS_SEQ, String(this.#seq))
        await rowsOf(
          this.#duck,
          this.#writer,
          `DELETE FROM results WHERE seq > ${after} AND job_id IN (SELECT unnest($1))`,
          [[jobId]],
        )
      }),
    )
  }

  /** Forgets results of buckets before this time. */
  forget(before: EpochMs): Promise<void> {
    return this.writing.alone(() =>
      this.#duck.transaction(this.#writer, async () => {
        await setAbout(this.#writer, RESULTS_SEQ, String(this.#seq))
        await this.#writer.run(`DELETE FROM results WHERE time < ${before}`)
      }),
    )
  }

  /** The newest document of each of these results. A key has one time, so only the rows of these times are looked at. */
  async #newestOf(results: readonly AnomalyResult[], keys: readonly string[]): Promise<Map<string, string>> {
    if (results.length === 0) return new Map()
    const times = [...new Set(results.map(({ timestamp }) => timestamp))]
    const rows = await this.#duck.rows<{ key: string; doc: string }>(
      `SELECT key, arg_max(doc, seq) doc FROM results
        WHERE time IN (${times.join()}) AND key IN (SELECT unnest($1)) GROUP BY key`,
      keys,
    )
    return new Map(rows.map(({ key, doc }) => [key, doc]))
  }

  async #insert(rows: readonly Written[]): Promise<void> {
    const { BIGINT, VARCHAR, DuckDBDataChunk } = this.#duck.api
    const appender = await this.#writer.createAppender('results')
    try {
      for (let from = 0; from < rows.length; from += 2048) {
        const some = rows.slice(from, from + 2048)
        const chunk = DuckDBDataChunk.create([BIGINT, VARCHAR, BIGINT, VARCHAR, VARCHAR])
        chunk.setColumns([
          some.map(({ seq }) => BigInt(seq)),
          some.map(({ job }) => job),
          some.map(({ time }) => BigInt(time)),
          some.map(({ key }) => key),
          some.map(({ doc }) => doc),
        ])
        appender.appendDataChunk(chunk)
      }
    } finally {
      appender.closeSync()
    }
  }
}

interface Written {
  readonly seq: Seq
  readonly job: string
  readonly time: EpochMs
  readonly key: string
  readonly doc: string
}

/** Two texts of one document may differ in the order of its fields. */
function isSame(a: string, b: string): boolean {
  return a === b || isDeepStrictEqual(JSON.parse(a), JSON.parse(b))
}
