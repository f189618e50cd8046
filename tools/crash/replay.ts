import type { Alert } from '../../src/domain/alert.ts'
import type { EcsEvent } from '../../src/domain/event.ts'
import { SILENT } from '../../src/domain/log.ts'
import { CLOCK } from '../../src/domain/stamps.ts'
import { type EpochMs, parseTime, type Seq } from '../../src/domain/time.ts'
import { JobRunner } from '../../src/engine/job-runner.ts'
import type { JobToRun } from '../../src/engine/job-to-run.ts'
import { type Tick, Ticks } from '../../src/engine/ticks.ts'
import { ALL } from '../../src/query/ast.ts'
import { openMemory } from '../../src/storage/memory/open-memory.ts'
import type { Storage } from '../../src/storage/storage.ts'

/** Everything that an engine has taken in, in its order. A tick stands behind the event at its `upTo`, the first of which is 1. */
export interface Sequence {
  readonly events: readonly EcsEvent[]
  readonly ticks: readonly Tick[]
}

const PAGE = 10_000

/** What a storage holds of the sequence, whatever places it has given its events. */
export async function storedSequence({ events, state }: Storage): Promise<Sequence> {
  const found: EcsEvent[] = []
  const places: Seq[] = []
  for (let after: Seq = 0; ; ) {
    const { items, next } = await events.scan(ALL, { after, limit: PAGE })
    for (const { seq, doc } of items) {
      found.push(doc)
      places.push(seq)
    }
    if (next === after) break
    after = next
  }
  const ticks: Tick[] = []
  for (const key of await state.keys('tick/')) {
    const { now, upTo } = (await state.get(key))!.doc as Tick
    const later = places.findIndex((place) => place > upTo)
    ticks.push({ now, upTo: later < 0 ? places.length : later })
  }
  return { events: found, ticks }
}

/** The alerts of a fresh engine that is given the sequence, without any disturbance, in the memory of this process. */
export async function alertsOf({ events, ticks }: Sequence, jobs: readonly JobToRun[]): Promise<readonly Alert[]> {
  const storage = openMemory()
  for (let at = 0; at < events.length; at += PAGE) await storage.events.append(events.slice(at, at + PAGE))
  const kept = new Ticks(storage.state)
  for (const tick of ticks) await kept.add(tick)
  const last = parseTime((await storage.events.last())?.clock ?? Number.NaN)
  for (const job of jobs) {
    const runner = new JobRunner(job, { storage, ticks: kept, timeOfDay: () => last, log: SILENT })
    await runner.start()
    await runner.advance(Math.max(last, kept.latest))
  }
  return (await storage.alerts.search(ALL, Number.MAX_SAFE_INTEGER)).map(({ doc }) => doc)
}

/** What the clock of the sequence shows at each event, by the stamp that the engine put there. */
export function clockOf(event: EcsEvent): EpochMs {
  return parseTime(event[CLOCK])
}
