import type { EcsEvent, Reject } from '../../domain/event.ts'
import { ALL } from '../../query/ast.ts'
import type { Arrivals, Intake } from '../../sources/live-source.ts'
import { MemoryEvents } from '../../storage/memory/events.ts'

/** An intake that keeps events in memory, for tests of what hands in: the store tells which of them are there once. */
export class MemoryIntake implements Intake {
  readonly store = new MemoryEvents()
  readonly pieces: Arrivals[] = []
  readonly rejects: Reject[] = []
  /** What `take` waits for, so that a test can be slow. */
  pressure: Promise<void> = Promise.resolve()

  async take(arrivals: Arrivals): Promise<void> {
    await this.pressure
    this.pieces.push(arrivals)
    await this.store.append(arrivals.events)
  }

  reject(_source: string, reject: Reject): void {
    this.rejects.push(reject)
  }

  async stored(): Promise<readonly EcsEvent[]> {
    const page = await this.store.scan(ALL, { after: 0, limit: 1e9 })
    return page.items.map(({ doc }) => doc)
  }
}
