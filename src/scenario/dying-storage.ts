import type { EpochMs } from '../domain/time.ts'
import type { Decision } from '../engine/decisions.ts'
import type { Storage } from '../storage/storage.ts'

export class Crash extends Error {}

/**
 * A storage under which the engine dies: once a decision was stored whose clock has come to one of these times, the next results are
 * stored and nothing after them is done. Each time is used once.
 */
export function dyingStorage(storage: Storage, times: EpochMs[]): Storage {
  let now: EpochMs = Number.NEGATIVE_INFINITY
  const { state, results } = storage
  return {
    ...storage,
    state: {
      get: (key) => state.get(key),
      keys: (prefix) => state.keys(prefix),
      remove: (keys) => state.remove(keys),
      put(key, value, version) {
        if (key.startsWith('decision/')) now = (value as Decision).now
        return state.put(key, value, version)
      },
    },
    results: {
      scan: (query, range) => results.scan(query, range),
      newest: (jobId, from) => results.newest(jobId, from),
      last: (jobId) => results.last(jobId),
      rewind: (jobId, after) => results.rewind(jobId, after),
      async append(docs) {
        const seq = await results.append(docs)
        if (!(times[0]! <= now)) return seq
        times.shift()
        throw new Crash()
      },
    },
  }
}
