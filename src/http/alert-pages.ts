import type { Alert } from '../domain/alert.ts'
import { and, type Query } from '../query/ast.ts'
import type { AlertStore, Versioned } from '../storage/alert-store.ts'

/** Time and id of the last alert of a page: the store has alerts in this order. */
export interface AlertCursor {
  readonly time: string
  readonly id: string
}

export interface AlertPage {
  readonly items: readonly Versioned<Alert>[]
  /** Of the last item; absent on the last page. */
  readonly next?: AlertCursor
}

/** A page of alerts. Many may be of one moment, so those of the cursor's moment are asked for again, and told apart by id here. */
export async function alertPage(
  store: AlertStore,
  query: Query,
  limit: number,
  after?: AlertCursor,
): Promise<AlertPage> {
  const from: Query[] = after ? [{ kind: 'range', field: '@timestamp', gte: after.time }] : []
  for (let asked = limit + 1; ; asked *= 2) {
    const found = await store.search(and(query, ...from), asked)
    const rest = found.filter(({ doc }) => after === undefined || isBehind(doc, after))
    if (rest.length <= limit && found.length === asked) continue
    const items = rest.slice(0, limit)
    return { items, ...(rest.length > limit && { next: cursorOf(items.at(-1)!.doc) }) }
  }
}

/** Alerts carry their evidence: so many are held at a time. */
const AT_ONCE = 200

/** All alerts that match, oldest first. */
export async function* allAlerts(store: AlertStore, query: Query): AsyncGenerator<Alert> {
  let after: AlertCursor | undefined
  do {
    const page: AlertPage = await alertPage(store, query, AT_ONCE, after)
    for (const { doc } of page.items) yield doc
    after = page.next
  } while (after !== undefined)
}

/** Provisional alerts that the closed bucket did not bear out are nobody's business any more. */
export function isWithdrawn({ oddsock }: Alert): boolean {
  const { alert } = (oddsock ?? {}) as { readonly alert?: { readonly phase?: string } }
  return alert?.phase === 'withdrawn'
}

function isBehind(alert: Alert, { time, id }: AlertCursor): boolean {
  return alert['@timestamp'] > time || (alert['@timestamp'] === time && alert['kibana.alert.uuid'] > id)
}

function cursorOf(alert: Alert): AlertCursor {
  return { time: alert['@timestamp'], id: alert['kibana.alert.uuid'] }
}
