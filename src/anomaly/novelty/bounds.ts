import { DAY, type DurationMs } from '../../domain/time.ts'
import { counted, enumerated } from '../../domain/words.ts'
import type { Tables } from './entries.ts'
import { roams } from './peers.ts'
import { recallTimes, type State } from './state.ts'

/** What is not met for so long is forgotten: monthly and quarterly jobs are recognised the second time. */
const EXPIRY: DurationMs = 120 * DAY

/** Kinds of entries that count, for people; findings are part of their uses, and news of their ranges. */
const COUNTED = {
  hosts: ['host'],
  users: ['user'],
  accounts: ['account'],
  uses: ['use of a program', 'uses of programs'],
  internal: ['peer inside', 'peers inside'],
  programs: ['program'],
  onHosts: ['program on a host', 'programs on hosts'],
  ofUsers: ['program of a user', 'programs of users'],
  addresses: ['address of a program', 'addresses of programs'],
  ports: ['port of a program', 'ports of programs'],
  ranges: ['network of a program', 'networks of programs'],
  endpoints: ['address with its port', 'addresses with their ports'],
  executables: ['executable'],
  places: ['directory', 'directories'],
} satisfies Partial<Record<keyof Tables, readonly [one: string, many?: string]>>
const KINDS = Object.keys(COUNTED) as (keyof typeof COUNTED)[]

/** What an entry takes on average, in bytes, its name and its place in the index among it (`npm run bench:size`: 96). */
const ENTRY_BYTES = 100

/** How many entries a model of so many bytes has room for. */
export function entriesIn(bytes: number): number {
  return Math.floor(bytes / ENTRY_BYTES)
}

/** Entries of the state, the unit of its bound. */
export function entriesOf({ entries }: State): number {
  return KINDS.reduce((sum, kind) => sum + entries[kind].size, 0)
}

/**
 * Forgets what is too old, then, if more than `limit` entries are left, what was met longest ago until a tenth of the room is free:
 * addresses of programs that roam first, since nothing is concluded from them. What was met just now goes last. What is forgotten
 * for want of room is counted by kind.
 *
 * @param bucket the newest bucket, counted since 1970; `span` its length
 */
export function forget(state: State, bucket: number, span: DurationMs, limit: number): void {
  const { entries, dropped } = state
  dropBefore(state, bucket - EXPIRY / span)
  if (entriesOf(state) > limit) {
    const before = KINDS.map((kind) => entries[kind].size)
    dropRoamed(state, bucket)
    const room = Math.floor(limit * 0.9)
    for (let age = EXPIRY / span / 2; entriesOf(state) > room && age >= 1; age /= 2) dropBefore(state, bucket - age)
    for (const [i, kind] of KINDS.entries()) {
      const gone = before[i]! - entries[kind].size
      if (gone > 0) dropped.set(kind, (dropped.get(kind) ?? 0) + gone)
    }
  }
  recallTimes(state)
  state.names.keep((name, address) => {
    for (const table of Object.values(entries)) table.tell(name, address)
  })
}

/** What was forgotten for want of room, in a sentence. */
export function warningsOf({ dropped }: State): string[] {
  if (dropped.size === 0) return []
  const told = KINDS.flatMap((kind) => {
    const number = dropped.get(kind)
    return number === undefined ? [] : [counted(number, ...(COUNTED[kind] as [string, string?]))]
  })
  return [
    `Too much to remember: ${enumerated(told, told.length)} were forgotten, those met longest ago first; model_memory_limit makes more room.`,
  ]
}

function dropRoamed({ entries: { programs, addresses } }: State, bucket: number): void {
  addresses.keep(({ program, seen }) => seen >= bucket || !roams(programs.get(program)))
}

/** Forgets what was last met before a bucket, and what belongs to it. */
function dropBefore(state: State, oldest: number): void {
  const { hosts, users, accounts, programs, ports, ranges, news, ...others } = state.entries
  const isMet = ({ seen }: { readonly seen: number }) => seen >= oldest
  for (const table of [others.executables, others.places]) table.keep(isMet)
  others.endpoints.keep(isMet)
  users.keep(isMet)
  programs.keep(isMet)
  others.onHosts.keep((one) => isMet(one) && programs.has(one.program))
  others.ofUsers.keep((one) => isMet(one) && programs.has(one.program))
  others.addresses.keep((one) => isMet(one) && programs.has(one.program))
  ports.keep((one) => programs.has(one.program))
  ranges.keep((one) => isMet(one) && programs.has(one.program))
  news.keep((one) => ranges.has(one.program, one.range))
  hosts.keep(isMet)
  accounts.keep((one) => isMet(one) && hosts.has(one.host))
  dropUses(state, oldest)
}

const ALIVE = 1
const MANY = 2

function dropUses({ entries: { accounts, uses, findings, internal }, nextUse }: State, oldest: number): void {
  const marks = new Uint8Array(nextUse)
  uses.keep((use) => {
    const stays = use.seen >= oldest && accounts.has(use.host, use.user)
    if (stays) marks[use.id] = ALIVE | (use.internalMany ? MANY : 0)
    return stays
  })
  findings.keep(({ use }) => marks[use] !== 0)
  const old = new Map<number, number>()
  internal.keep(({ use, seen }) => {
    if (marks[use] === ALIVE && seen < oldest) old.set(use, (old.get(use) ?? 0) + 1)
    return marks[use] === ALIVE && seen >= oldest
  })
  if (old.size > 0) for (const use of uses.rows()) use.internal -= old.get(use.id) ?? 0
}
