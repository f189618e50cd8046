import type { Versioned } from './alert-store.ts'

/** Small named values: jobs, rules, model snapshots, decisions, cursors. Values are plain JSON. */
export interface StateStore {
  get(key: string): Promise<Versioned<unknown> | undefined>
  /** Writes if the key still has this version; 0 means that it is not there yet. */
  put(key: string, value: unknown, version: number): Promise<'written' | 'conflict'>
  /** In the order of their UTF-16 code units. */
  keys(prefix: string): Promise<readonly string[]>
  /** Removes all of them or none, whatever their versions; a key that is not there is no error. */
  remove(keys: readonly string[]): Promise<void>
}
