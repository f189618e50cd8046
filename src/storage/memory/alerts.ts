import type { Alert } from '../../domain/alert.ts'
import type { Query } from '../../query/ast.ts'
import { matches } from '../../query/match.ts'
import type { AlertStore, Versioned } from '../alert-store.ts'

export class MemoryAlerts implements AlertStore {
  readonly #alerts = new Map<string, Versioned<Alert>>()

  async create(alert: Alert): Promise<'created' | 'exists'> {
    const id = alert['kibana.alert.uuid']
    if (this.#alerts.has(id)) return 'exists'
    this.#alerts.set(id, { version: 1, doc: structuredClone(alert) })
    return 'created'
  }

  async get(id: string): Promise<Versioned<Alert> | undefined> {
    return structuredClone(this.#alerts.get(id))
  }

  async update(alert: Alert, version: number): Promise<'updated' | 'conflict' | 'missing'> {
    const id = alert['kibana.alert.uuid']
    const known = this.#alerts.get(id)
    if (!known) return 'missing'
    if (known.version !== version) return 'conflict'
    this.#alerts.set(id, { version: version + 1, doc: structuredClone(alert) })
    return 'updated'
  }

  async search(query: Query, limit: number): Promise<readonly Versioned<Alert>[]> {
    const found = [...this.#alerts.values()].filter(({ doc }) => matches(query, doc)).sort(byTimeAndId)
    return structuredClone(found.slice(0, limit))
  }
}

function byTimeAndId({ doc: a }: Versioned<Alert>, { doc: b }: Versioned<Alert>): number {
  const left = [a['@timestamp'], a['kibana.alert.uuid']] as const
  const right = [b['@timestamp'], b['kibana.alert.uuid']] as const
  const differing = left.findIndex((key, i) => key !== right[i])
  return differing < 0 ? 0 : left[differing]! < right[differing]! ? -1 : 1
}
