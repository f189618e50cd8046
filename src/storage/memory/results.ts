import { isDeepStrictEqual } from 'node:util'
import type { AnomalyResult } from '../../domain/anomaly-record.ts'
import type { EcsEvent } from '../../domain/event.ts'
import type { EpochMs, Seq } from '../../domain/time.ts'
import type { Query } from '../../query/ast.ts'
import { matches } from '../../query/match.ts'
import type { Page, SeqRange } from '../page.ts'
import { resultKeyOf } from '../result-key.ts'
import type { ResultStore } from '../storage.ts'

interface Written {
  readonly seq: Seq
  readonly doc: AnomalyResult
}

export class MemoryResults implements ResultStore {
  #written: Written[] = []
  /** In the order of first revisions. */
  #newest = new Map<string, AnomalyResult>()
  #seq: Seq = 0

  async append(results: readonly AnomalyResult[]): Promise<Seq> {
    for (const doc of results) {
      const key = resultKeyOf(doc)
      if (isDeepStrictEqual(this.#newest.get(key), doc)) continue
      this.#newest.set(key, doc)
      this.#written.push({ seq: ++this.#seq, doc })
    }
    return this.#seq
  }

  async scan(query: Query, { after, limit }: SeqRange): Promise<Page<AnomalyResult>> {
    const items: Written[] = []
    let next = after
    for (const written of this.#written) {
      if (written.seq <= after) continue
      if (items.length === limit) return { items, next }
      next = written.seq
      if (matches(query, written.doc as unknown as EcsEvent)) items.push(written)
    }
    return { items, next }
  }

  async newest(jobId: string, from: EpochMs): Promise<readonly AnomalyResult[]> {
    return [...this.#newest.values()].filter((result) => result.job_id === jobId && result.timestamp >= from)
  }

  async last(jobId: string): Promise<Seq> {
    return this.#written.findLast(({ doc }) => doc.job_id === jobId)?.seq ?? 0
  }

  async rewind(jobId: string, after: Seq): Promise<void> {
    this.#written = this.#written.filter(({ seq, doc }) => seq <= after || doc.job_id !== jobId)
    this.#newest = new Map()
    for (const { doc } of this.#written) this.#newest.set(resultKeyOf(doc), doc)
  }
}
