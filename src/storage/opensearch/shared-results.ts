import type { AnomalyResult } from '../../domain/anomaly-record.ts'
import { AppError } from '../../domain/error.ts'
import type { EpochMs, Seq } from '../../domain/time.ts'
import type { Page } from '../page.ts'
import type { ResultStore } from '../storage.ts'

/** Results of all jobs for whoever only reads: each job has a journal of its own, which the holder of its lease writes. */
export class SharedResults implements ResultStore {
  readonly #of: (jobId: string) => ResultStore

  /** @param of opens the journal of a job; anew for each question, since its writer may have taken results back */
  constructor(of: (jobId: string) => ResultStore) {
    this.#of = of
  }

  newest(jobId: string, from: EpochMs): Promise<readonly AnomalyResult[]> {
    return this.#of(jobId).newest(jobId, from)
  }

  last(jobId: string): Promise<Seq> {
    return this.#of(jobId).last(jobId)
  }

  async append(): Promise<Seq> {
    throw notHeld('write results')
  }

  async rewind(): Promise<void> {
    throw notHeld('take results back')
  }

  async scan(): Promise<Page<AnomalyResult>> {
    throw notHeld('read results of all jobs in one order')
  }
}

function notHeld(what: string): AppError {
  return new AppError({
    message: `Cannot ${what}: each job has a journal of its own, which one server writes`,
    code: 'STORAGE_SHARED',
  })
}
