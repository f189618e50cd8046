import type { Roles } from './roles.ts'
import { unset } from './unset.ts'

/** A user or a group, as ECS has it. */
export interface Account {
  id?: string
  name?: string
}

/** Names by id, as far as auditd wrote them into this event. Every Linux calls 0 root. */
export class Names {
  readonly #names = new Map<string, string>()

  learn(id: string | undefined, name: string): void {
    if (id !== undefined && name !== 'unset' && !name.startsWith('unknown(')) this.#names.set(id, name)
  }

  /** The name of an id, if it is known. */
  of(id: string): string | undefined {
    return this.#names.get(id) ?? (id === '0' ? 'root' : undefined)
  }

  /** An account of this id; undefined for "nobody logged in". */
  account(id: string | undefined): Account | undefined {
    if (id === undefined || unset(id) === 'unset') return undefined
    const name = this.of(id)
    return name === undefined ? { id } : { id, name }
  }
}

/** The names that one event holds. */
export interface NamesOfEvent {
  readonly users: Names
  readonly groups: Names
}

/** Collects what auditd looked up when it wrote the records (`log_format = ENRICHED`). */
export function learnNames({ data }: Roles): NamesOfEvent {
  const users = new Names()
  const groups = new Names()
  for (const { enriched, fields, told } of data)
    for (const [capitals, name] of enriched) {
      if (!capitals.endsWith('ID')) continue
      const key = capitals.toLowerCase()
      const names = capitals.endsWith('GID') ? groups : users
      names.learn(fields.get(key) ?? told.get(key), name)
    }
  return { users, groups }
}
