import { setTimeout as sleep } from 'node:timers/promises'
import { type DurationMs, SECOND } from '../domain/time.ts'
import type { Storage } from '../storage/storage.ts'

/** An answer that takes no longer than this comes whatever the store says of itself meanwhile. */
const PATIENCE: DurationMs = SECOND / 2

/**
 * The answer of a store, or something else where the store is in trouble: it asks its cluster again for as long as that takes, and
 * whoever wants to know how the server is should be told of that.
 */
export async function unlessInTrouble<T, Otherwise = T>(
  storage: Pick<Storage, 'trouble'>,
  answer: Promise<T>,
  otherwise: Otherwise,
): Promise<T | Otherwise> {
  if (!storage.trouble) return answer
  const answered = new AbortController()
  try {
    return await Promise.race([answer, troubled(storage, answered.signal).then(() => otherwise)])
  } finally {
    answered.abort()
    // Nobody waits for it any more.
    answer.catch(() => {})
  }
}

/** Resolves when the store has been asked for a while and is in trouble. */
async function troubled({ trouble }: Pick<Storage, 'trouble'>, signal: AbortSignal): Promise<void> {
  try {
    do await sleep(PATIENCE, undefined, { signal })
    while (!trouble?.())
  } catch {
    // The answer was quicker.
  }
}
