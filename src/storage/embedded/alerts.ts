import { setImmediate } from 'node:timers/promises'
import type { Alert } from '../../domain/alert.ts'
import type { Seq } from '../../domain/time.ts'
import type { Query } from '../../query/ast.ts'
import { compile } from '../../query/match.ts'
import type { AlertStore, Notice, Versioned } from '../alert-store.ts'
import type { Page, SeqRange } from '../page.ts'
import { columnsOf, narrowing } from './narrow-alerts.ts'
import { type Packed, packed, unpacked } from './packed.ts'
import { fromSortable, toSortable } from './sortable-text.ts'
import type { Sqlite } from './sqlite.ts'

/** Alerts that are read at once while searching; in between others have their turn. */
const PAGE = 100

/** Alerts and their outbox in `state.sqlite`. A change and its notice are one transaction. */
export class SqliteAlerts implements AlertStore {
  readonly #db: Sqlite

  constructor(db: Sqlite) {
    this.#db = db
  }

  async create(alert: Alert, notice?: Notice): Promise<'created' | 'exists'> {
    const [id, time, columns] = [idOf(alert), toSortable(alert['@timestamp']), columnsOf(alert)]
    const sql = `INSERT INTO alerts (id, version, time, at, status, doc) VALUES (?, 1, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
    const kept = notice && { ...notice }
    const doc = await packed(alert)
    return this.#db.transaction(() => {
      if (this.#db.run(sql, id, time, ...columns, doc) === 0) return 'exists'
      this.#keep(kept)
      return 'created'
    })
  }

  async get(id: string): Promise<Versioned<Alert> | undefined> {
    const row = this.#db.row<[number, Packed]>('SELECT version, doc FROM alerts WHERE id = ?', toSortable(id))
    return row && versioned(row)
  }

  async update(alert: Alert, version: number, notice?: Notice): Promise<'updated' | 'conflict' | 'missing'> {
    const [id, time, columns] = [idOf(alert), toSortable(alert['@timestamp']), columnsOf(alert)]
    const kept = notice && { ...notice }
    const doc = await packed(alert)
    return this.#db.transaction(() => {
      const known = this.#db.value<number>('SELECT version FROM alerts WHERE id = ?', id)
      if (known === undefined) return 'missing'
      if (known !== version) return 'conflict'
      const sql = `UPDATE alerts SET version = version + 1, time = ?, at = ?, status = ?, doc = ? WHERE id = ?`
      this.#db.run(sql, time, ...columns, doc, id)
      this.#keep(kept)
      return 'updated'
    })
  }

  async search(query: Query, limit: number): Promise<readonly Versioned<Alert>[]> {
    const narrow = narrowing(query)
    const sql = `SELECT place FROM alerts ${narrow ? `WHERE ${narrow.sql}` : ''} ORDER BY time, id`
    const places = this.#db.rows<[number]>(sql, ...(narrow?.values ?? [])).map(([place]) => place)
    const test = compile(query)
    const found: Versioned<Alert>[] = []
    for (let at = 0; at < places.length && found.length < limit; at += PAGE) {
      for (const alert of await this.#read(places.slice(at, at + PAGE)))
        if (found.length < limit && test(alert.doc)) found.push(alert)
      await setImmediate()
    }
    return found
  }

  async notices({ after, limit }: SeqRange): Promise<Page<Notice>> {
    const from = Math.max(after, this.#forgotten())
    const sql = 'SELECT seq, id, alert_id, reason FROM notices WHERE seq > ? ORDER BY seq LIMIT ?'
    const items = this.#db.rows<[number, Buffer, Buffer, Notice['reason']]>(sql, from, limit).map(noticeOf)
    return { items, next: items.at(-1)?.seq ?? from }
  }

  async forgetNotices(upTo: Seq): Promise<void> {
    this.#db.run(`UPDATE about SET value = max(value, ?) WHERE name = 'forgotten_notices'`, upTo)
  }

  #forgotten(): Seq {
    return this.#db.value<number>(`SELECT value FROM about WHERE name = 'forgotten_notices'`)!
  }

  #keep(notice?: Notice): void {
    if (!notice) return
    const sql = 'INSERT INTO notices (id, alert_id, reason) VALUES (?, ?, ?) ON CONFLICT DO NOTHING'
    this.#db.run(sql, toSortable(notice.id), toSortable(notice.alert_id), notice.reason)
  }

  /** In the order of the places. */
  async #read(places: readonly number[]): Promise<Versioned<Alert>[]> {
    const rows = places.map((place) =>
      this.#db.row<[number, Packed]>('SELECT version, doc FROM alerts WHERE place = ?', place),
    )
    return Promise.all(rows.filter((row) => row !== undefined).map(versioned))
  }
}

function idOf(alert: Alert): Buffer {
  return toSortable(alert['kibana.alert.uuid'])
}

async function versioned([version, doc]: readonly [number, Packed]): Promise<Versioned<Alert>> {
  return { version, doc: (await unpacked(doc, 'an alert')) as Alert }
}

function noticeOf([seq, id, alertId, reason]: readonly [number, Buffer, Buffer, Notice['reason']]) {
  return { seq, doc: { id: fromSortable(id), alert_id: fromSortable(alertId), reason } satisfies Notice }
}
