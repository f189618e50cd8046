import { SET_ASIDE_AT } from '../../datafeed/observe.ts'
import type { Outcome } from '../outcome.ts'

/** What must be the same whichever way a story is run: where an event was set aside is the store's own matter, and lists have no order. */
export function comparable({ records, alerts }: Outcome) {
  const texts = (list: readonly object[]) =>
    list.map((one) => JSON.stringify(one, (key, value) => (key === SET_ASIDE_AT ? undefined : value))).sort()
  return { records: texts(records), alerts: texts(alerts) }
}
