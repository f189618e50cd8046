import type { Storage } from '../../storage/storage.ts'

/** A storage that can die under its engine: from then on nothing is answered any more, as after SIGKILL. */
export function mortal(storage: Storage): { readonly storage: Storage; kill(): void } {
  let dead = false
  const guarded = <T extends object>(part: T): T =>
    new Proxy(part, {
      get(target, name) {
        const value = Reflect.get(target, name) as unknown
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => (dead ? new Promise(() => {}) : value.apply(target, args))
      },
    })
  const { events, results, alerts, state } = storage
  return {
    storage: {
      ...storage,
      events: guarded(events),
      results: guarded(results),
      alerts: guarded(alerts),
      state: guarded(state),
    },
    kill: () => {
      dead = true
    },
  }
}
