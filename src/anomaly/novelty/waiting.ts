import type { EpochMs } from '../../domain/time.ts'

/** What waits for its time, as a binary heap: a list in which nothing is due before what stands at half its place. */
export type Waiting<T extends { readonly due: EpochMs }> = T[]

export function wait<T extends { readonly due: EpochMs }>(waiting: Waiting<T>, item: T): void {
  let at = waiting.length
  waiting.push(item)
  while (at > 0) {
    const above = (at - 1) >> 1
    if (waiting[above]!.due <= item.due) break
    waiting[at] = waiting[above]!
    at = above
  }
  waiting[at] = item
}

/** Takes out the first that is due by now; undefined if nothing is. */
export function nextDue<T extends { readonly due: EpochMs }>(waiting: Waiting<T>, now: EpochMs): T | undefined {
  const first = waiting[0]
  if (first === undefined || first.due > now) return undefined
  const last = waiting.pop()!
  if (waiting.length === 0) return first
  let at = 0
  for (;;) {
    let below = 2 * at + 1
    if (below + 1 < waiting.length && waiting[below + 1]!.due < waiting[below]!.due) below += 1
    if (below >= waiting.length || waiting[below]!.due >= last.due) break
    waiting[at] = waiting[below]!
    at = below
  }
  waiting[at] = last
  return first
}
