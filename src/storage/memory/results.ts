import { isDeepStrictEqual } from 'node:util'
import type { AnomalyResult } from '../../domain/anomaly-record.ts'
import type { EpochMs, Seq } from '../../domain/time.ts'
import type { Query } from '../../query/ast.ts'
import { resultKeyOf } from '../result-key.ts'
import type { Page, ResultStore, SeqRange } from '../storage.ts'
import { pageOf } from './journal.ts'

export class MemoryResults implements ResultStore {
  readonly #results: AnomalyResult[] = []
  readonly #newest = new Map<string, AnomalyResult>()

  async append(results: readonly AnomalyResult[]): Promise<Seq> {
    for (const result of results) {
      const key = resultKeyOf(result)
      if (isDeepStrictEqual(this.#newest.get(key), result)) continue
      this.#newest.set(key, result)
      this.#results.push(result)
    }
    return this.#results.length
  }

  async scan(query: Query, range: SeqRange): Promise<Page<AnomalyResult>> {
    return pageOf(this.#results, query, range)
  }

  async newest(jobId: string, from: EpochMs): Promise<readonly AnomalyResult[]> {
    return [...this.#newest.values()].filter((result) => result.job_id === jobId && result.timestamp >= from)
  }
}
