import type { AnomalyResult } from '../../domain/anomaly-record.ts'
import type { EcsEvent } from '../../domain/event.ts'
import type { Seq } from '../../domain/time.ts'
import type { Query } from '../../query/ast.ts'
import { matches } from '../../query/match.ts'
import type { Page, ResultStore, SeqRange } from '../storage.ts'

export class MemoryResults implements ResultStore {
  readonly #results: AnomalyResult[] = []

  async append(results: readonly AnomalyResult[]): Promise<Seq> {
    for (const result of results) this.#results.push(result)
    return this.#results.length
  }

  async scan(query: Query, { after, limit }: SeqRange): Promise<Page<AnomalyResult>> {
    const items: { seq: Seq; doc: AnomalyResult }[] = []
    let seq = after
    for (; seq < this.#results.length && items.length < limit; seq++) {
      const doc = this.#results[seq]!
      if (matches(query, doc as unknown as EcsEvent)) items.push({ seq: seq + 1, doc })
    }
    return { items, next: seq }
  }
}
