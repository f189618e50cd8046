import { SET_ASIDE_AT } from '../../datafeed/observe.ts'
import type { Outcome } from '../outcome.ts'

/**
 * What must be the same whichever way a story is run: where an event was set aside is the store's own matter, a scan knows no phases of
 * an alert, and lists have no order.
 */
export function comparable({ records, alerts }: Outcome) {
  const texts = (list: readonly object[]) =>
    list.map((one) => JSON.stringify(one, withoutOwn)).sort()
  return { records: texts(records), alerts: texts(alerts) }
}

function withoutOwn(key: string, value: unknown): unknown {
  const isPhase = key === 'alert' && typeof value === 'object' && value !== null && 'phase' in value
  return key === SET_ASIDE_AT || isPhase ? undefined : value
}
