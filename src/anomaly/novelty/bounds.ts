import { DAY, type DurationMs } from '../../domain/time.ts'
import { roams } from './peers.ts'
import type { State } from './state.ts'

/** What is not met for so long is forgotten: monthly and quarterly jobs are recognised the second time. */
const EXPIRY: DurationMs = 120 * DAY

/** Entries of the state, the unit of its bound; each has a time when it was last met. */
export function entriesOf(state: State): number {
  let entries =
    state.hosts.size + state.users.size + state.executables.size + state.endpoints.size + state.shape.known.size
  for (const { accounts } of state.hosts.values()) {
    entries += accounts.size
    for (const { uses } of accounts.values()) {
      entries += uses.size
      for (const { internal } of uses.values()) entries += internal?.size ?? 0
    }
  }
  for (const { hosts, users, ips, ports, ranges } of state.programs.values())
    entries += 1 + hosts.size + users.size + ips.size + ports.size + ranges.size
  return entries
}

/**
 * Forgets what is too old, then, if more than `limit` entries are left, what was met longest ago until a tenth of the room is free:
 * addresses of programs that roam first, since nothing is concluded from them. What was met just now goes last.
 *
 * @param bucket the newest bucket, counted since 1970; `span` its length
 */
export function forget(state: State, bucket: number, span: DurationMs, limit: number): void {
  const oldest = bucket - EXPIRY / span
  dropBefore(state, oldest)
  let entries = entriesOf(state)
  if (entries <= limit) return
  const room = Math.floor(limit * 0.9)
  const before = entries
  dropRoamed(state, bucket)
  entries = entriesOf(state)
  for (let age = EXPIRY / span / 2; entries > room && age >= 1; age /= 2) {
    dropBefore(state, bucket - age)
    entries = entriesOf(state)
  }
  state.dropped += before - entries
}

function dropRoamed(state: State, bucket: number): void {
  for (const program of state.programs.values()) if (roams(program)) dropOld(program.ips, bucket, (seen) => seen)
}

function dropBefore(state: State, oldest: number): void {
  const seenOf = ({ seen }: { readonly seen: number }) => seen
  dropOld(state.executables, oldest, (seen) => seen)
  dropOld(state.shape.known, oldest, (seen) => seen)
  dropOld(state.endpoints, oldest, seenOf)
  dropOld(state.users, oldest, seenOf)
  dropOld(state.programs, oldest, seenOf)
  for (const program of state.programs.values()) {
    dropOld(program.hosts, oldest, seenOf)
    dropOld(program.users, oldest, seenOf)
    dropOld(program.ips, oldest, (seen) => seen)
    dropOld(program.ranges, oldest, seenOf)
  }
  dropOld(state.hosts, oldest, seenOf)
  for (const { accounts } of state.hosts.values()) {
    dropOld(accounts, oldest, seenOf)
    for (const { uses } of accounts.values()) {
      dropOld(uses, oldest, seenOf)
      for (const { internal } of uses.values()) if (internal) dropOld(internal, oldest, (seen) => seen)
    }
  }
}

function dropOld<T>(entries: Map<string, T>, oldest: number, seenOf: (entry: T) => number): void {
  for (const [key, entry] of entries) if (seenOf(entry) < oldest) entries.delete(key)
}
