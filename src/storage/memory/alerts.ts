import type { Alert } from '../../domain/alert.ts'
import type { Notice } from '../../domain/notice.ts'
import type { Seq } from '../../domain/time.ts'
import { ALL, type Query } from '../../query/ast.ts'
import { matches } from '../../query/match.ts'
import type { AlertStore, Versioned } from '../alert-store.ts'
import type { Page, SeqRange } from '../page.ts'
import { pageOf } from './journal.ts'

export class MemoryAlerts implements AlertStore {
  readonly #alerts = new Map<string, Versioned<Alert>>()
  readonly #notices = new Map<string, Notice>()
  #forgotten: Seq = 0

  async create(alert: Alert, notice?: Notice): Promise<'created' | 'exists'> {
    const id = alert['kibana.alert.uuid']
    if (this.#alerts.has(id)) return 'exists'
    this.#alerts.set(id, { version: 1, doc: structuredClone(alert) })
    this.#keep(notice)
    return 'created'
  }

  async get(id: string): Promise<Versioned<Alert> | undefined> {
    return structuredClone(this.#alerts.get(id))
  }

  async update(alert: Alert, version: number, notice?: Notice): Promise<'updated' | 'conflict' | 'missing'> {
    const id = alert['kibana.alert.uuid']
    const known = this.#alerts.get(id)
    if (!known) return 'missing'
    if (known.version !== version) return 'conflict'
    this.#alerts.set(id, { version: version + 1, doc: structuredClone(alert) })
    this.#keep(notice)
    return 'updated'
  }

  async search(query: Query, limit: number): Promise<readonly Versioned<Alert>[]> {
    const found = [...this.#alerts.values()].filter(({ doc }) => matches(query, doc)).sort(byTimeAndId)
    return structuredClone(found.slice(0, limit))
  }

  async notices({ after, limit }: SeqRange): Promise<Page<Notice>> {
    return pageOf([...this.#notices.values()], ALL, { after: Math.max(after, this.#forgotten), limit })
  }

  async forgetNotices(upTo: Seq): Promise<void> {
    this.#forgotten = Math.max(this.#forgotten, upTo)
  }

  #keep(notice?: Notice): void {
    if (notice && !this.#notices.has(notice.id)) this.#notices.set(notice.id, structuredClone(notice))
  }
}

function byTimeAndId({ doc: a }: Versioned<Alert>, { doc: b }: Versioned<Alert>): number {
  const left = [a['@timestamp'], a['kibana.alert.uuid']] as const
  const right = [b['@timestamp'], b['kibana.alert.uuid']] as const
  const differing = left.findIndex((key, i) => key !== right[i])
  return differing < 0 ? 0 : left[differing]! < right[differing]! ? -1 : 1
}
