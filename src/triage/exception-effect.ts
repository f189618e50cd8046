import type { Alert } from '../domain/alert.ts'
import type { ExceptionEntry, ExceptionItem } from '../domain/exception.ts'
import { values } from '../domain/field.ts'
import { evidenceIn } from './exception-for.ts'

/** How much of an alert an exception would have taken away: all of it, some of its events, or nothing. */
export type Effect = 'hidden' | 'smaller' | 'untouched'

/**
 * What an exception would have done to an alert that is there. Facets count all events of the alert by value, so this needs no event:
 * all entries hold for all events exactly if each entry does. Where a list of values was cut, what is not listed counts as not met.
 * Entries of kinds that `exceptionFor` does not make are taken for not met, and so are those on fields that the rows of the alert's
 * job do not carry.
 *
 * @param fields those of the datafeed of the alert's job
 */
export function effectOf({ entries }: ExceptionItem, alert: Alert, fields: readonly string[]): Effect {
  const shares = entries.map((entry) => (fields.includes(entry.field) ? shareOf(entry, alert) : 0))
  if (shares.length === 0 || shares.some((share) => share === 0)) return 'untouched'
  return shares.every((share) => share === 1) ? 'hidden' : 'smaller'
}

/** The share of the alert's events that an entry holds for. */
function shareOf(entry: ExceptionEntry, alert: Alert): number {
  if ((entry.type !== 'match' && entry.type !== 'match_any') || entry.operator !== 'included') return 0
  const wanted = new Set([entry.value].flat())
  const { count, facets } = evidenceIn(alert)
  const facet = facets.find((one) => one.field === entry.field)
  if (facet === undefined || facet.sampled || count === 0)
    return values(alert, entry.field).some((value) => wanted.has(String(value))) ? 1 : 0
  const met = facet.values.reduce((sum, one) => sum + (wanted.has(one.value) ? one.count : 0), 0)
  return Math.min(1, met / count)
}
