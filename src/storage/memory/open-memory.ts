import type { Storage } from '../storage.ts'
import { MemoryAlerts } from './alerts.ts'
import { MemoryEvents } from './events.ts'
import { MemoryResults } from './results.ts'
import { MemoryState } from './state.ts'

/** The reference: small, obvious and exact. What it holds is gone with the process. */
export function openMemory(): Storage {
  return {
    events: new MemoryEvents(),
    results: new MemoryResults(),
    alerts: new MemoryAlerts(),
    state: new MemoryState(),
    async close() {},
  }
}
