import type { AnomalyRecord, AnomalyResult } from '../../domain/anomaly-record.ts'
import type { EcsEvent } from '../../domain/event.ts'
import type { EpochMs, Seq } from '../../domain/time.ts'
import type { Query } from '../../query/ast.ts'
import { matches } from '../../query/match.ts'
import type { Page, SeqRange } from '../page.ts'
import type { ResultJournal } from '../storage.ts'

/**
 * The result store of a scan: it keeps what its report tells, the newest revision of each record with a score, and lets bucket
 * and influencer results go, since a scan of months would hold nothing but them.
 */
export class LatestRecords implements ResultJournal {
  readonly #latest = new Map<string, { readonly seq: Seq; readonly doc: AnomalyRecord }>()
  #seq: Seq = 0

  async append(results: readonly AnomalyResult[]): Promise<Seq> {
    for (const result of results) {
      this.#seq++
      if (result.result_type !== 'record' || !(result.initial_record_score > 0)) continue
      this.#latest.set(result.record_id, { seq: this.#seq, doc: result })
    }
    return this.#seq
  }

  async scan(query: Query, { after, limit }: SeqRange): Promise<Page<AnomalyResult>> {
    const items = [...this.#latest.values()]
      .filter(({ seq, doc }) => seq > after && matches(query, doc as unknown as EcsEvent))
      .sort((a, b) => a.seq - b.seq)
      .slice(0, limit)
    return { items, next: items.length === limit ? items.at(-1)!.seq : Math.max(after, this.#seq) }
  }

  async newest(jobId: string, from: EpochMs): Promise<readonly AnomalyRecord[]> {
    const newest = [...this.#latest.values()].map(({ doc }) => doc)
    return newest.filter((record) => record.job_id === jobId && record.timestamp >= from)
  }
}
