import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DAY, type EpochMs, SECOND } from '../../src/domain/time.ts'

/** What a fleet in the layout of the development fleets knows about itself: `truth.json`. */
export interface Truth {
  readonly name: string
  readonly folder: string
  /** Alerts before are dropped: the warm-up, 30 % of the run and seven days at most. */
  readonly from: EpochMs
  readonly end: EpochMs
  /** Attacks that the datafeed shows after the warm-up. */
  readonly attacks: readonly Attack[]
  /** Activities by every name of their process. */
  readonly byProcess: ReadonlyMap<string, readonly Activity[]>
}

export interface Attack {
  readonly id: string
  readonly kind: string
  readonly firstVisible: EpochMs
}

export interface Activity {
  /** Undefined for a harmless novelty. */
  readonly attack: Attack | undefined
  readonly hosts: readonly string[]
  /** `[from, to)` in ms, with at least one event that passes the datafeed. */
  readonly ranges: readonly (readonly [EpochMs, EpochMs])[]
}

interface Item {
  readonly id: string
  readonly kind: string
  readonly first_visible: string
  readonly activity: readonly {
    readonly process: string
    readonly aliases: readonly string[]
    readonly host: string
    readonly host_id: string
    readonly buckets: readonly (readonly [number, number])[]
  }[]
}

const WARM_UP = { share: 0.3, most: 7 * DAY }

/** @param warmUp in days, where the folder holds only the end of a longer run */
export function readTruth(folder: string, warmUp?: number): Truth {
  const json = JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8'))
  const start = Date.parse(json.start)
  const end = Date.parse(json.end)
  const from = start + (warmUp === undefined ? Math.min(WARM_UP.most, WARM_UP.share * (end - start)) : warmUp * DAY)
  const byProcess = new Map<string, Activity[]>()
  const attacks: Attack[] = []
  const take = (item: Item, attack: Attack | undefined) => {
    for (const { process, aliases, host, host_id, buckets } of item.activity) {
      const ranges = buckets.map(([a, b]) => [a * SECOND, b * SECOND] as const)
      for (const name of [process, ...aliases])
        byProcess.set(name, [...(byProcess.get(name) ?? []), { attack, hosts: [host, host_id], ranges }])
    }
  }
  for (const item of json.attacks as Item[]) {
    const attack = { id: item.id, kind: item.kind, firstVisible: Date.parse(item.first_visible) }
    if (item.activity.some(({ buckets }) => buckets.some(([, to]) => to * SECOND > from))) attacks.push(attack)
    take(item, attack)
  }
  for (const item of json.benign_novel as Item[]) take(item, undefined)
  return { name: folder.split('/').slice(-2).join('/'), folder, from, end, attacks, byProcess }
}
