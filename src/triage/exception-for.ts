import type { Alert, Evidence } from '../domain/alert.ts'
import { AppError } from '../domain/error.ts'
import type { ExceptionEntry, ExceptionItem } from '../domain/exception.ts'
import { text } from '../domain/field.ts'
import { derivedId } from '../domain/hash.ts'
import type { EpochMs } from '../domain/time.ts'
import { enumerated } from '../domain/words.ts'

/** What an exception may be bound to, as a person names it. */
export const SCOPES = ['program', 'host', 'user', 'peer'] as const
export type Scope = (typeof SCOPES)[number]

/** A name alone lets anyone borrow it: unless told otherwise an exception holds for a program on a host as a user. */
const USUAL: readonly Scope[] = ['program', 'host', 'user']

/** The fields that name it, the best one first: a machine that does not look users up sends their numbers alone. */
const FIELDS: Readonly<Record<Scope, readonly string[]>> = {
  program: ['oddsock.program', 'process.name'],
  host: ['host.name'],
  user: ['user.name', 'user.id'],
  peer: ['destination.ip'],
}

export interface ExceptionWish {
  /** Unless said, program, host and user, as far as all events of the alert name one. */
  readonly scope?: readonly Scope[]
  readonly expires?: EpochMs
  readonly note?: string
}

/**
 * The exception that would have kept this alert from being made: all its events meet it.
 *
 * @param fields those of the datafeed of the alert's job: an exception on any other would never hold for a row
 * @throws AppError EXCEPTION_TOO_VAGUE where the scope cannot be had, since some events name no user, or too many different ones
 */
export function exceptionFor(
  alert: Alert,
  fields: readonly string[],
  { scope, expires, note }: ExceptionWish,
): ExceptionItem {
  const wanted = scope && scope.length > 0 ? scope : USUAL
  const entries = wanted.flatMap((one) => {
    const entry = entryFor(alert, one, fields)
    if (entry === undefined && scope !== undefined && scope.length > 0) throw tooVague(one)
    return entry ?? []
  })
  if (entries.length === 0) throw tooVague('program')
  return {
    item_id: derivedId('exception', JSON.stringify(entries), expires ?? 'ever'),
    name: entries.map((entry) => ('value' in entry ? enumerated([entry.value].flat(), 2) : entry.field)).join(' · '),
    description: note ?? `Made from alert ${alert['kibana.alert.uuid']}`,
    entries,
    ...(expires !== undefined && { expire_time: expires }),
  }
}

/** What an exception does not look at, since the alert did not tell it or nobody asked for it: it holds for any program, host or user. */
export function coversAny({ entries }: ExceptionItem): Scope[] {
  return USUAL.filter((scope) => !entries.some(({ field }) => FIELDS[scope].includes(field)))
}

function entryFor(alert: Alert, scope: Scope, fields: readonly string[]): ExceptionEntry | undefined {
  for (const field of FIELDS[scope]) {
    const values = fields.includes(field) ? wholeFacet(alert, field) : []
    if (values.length > 0) return matching(field, values)
  }
  // A record is about one value of its field, and so are all of its events.
  const { by_field_name: by, by_field_value: value } = alert
  if (scope === 'program' && typeof by === 'string' && typeof value === 'string' && fields.includes(by))
    return matching(by, [value])
  const host = text(alert, 'host.name')
  return scope === 'host' && host !== undefined ? matching('host.name', [host]) : undefined
}

function matching(field: string, values: readonly string[]): ExceptionEntry {
  const [only] = values
  return values.length === 1
    ? { type: 'match', field, operator: 'included', value: only! }
    : { type: 'match_any', field, operator: 'included', value: values }
}

/** All values of a field, if each event of the alert has one of them and none is left out of the list. */
function wholeFacet(alert: Alert, field: string): readonly string[] {
  const { count, facets } = evidenceIn(alert)
  const facet = facets.find((one) => one.field === field)
  if (!facet || facet.sampled || facet.others > 0) return []
  const counted = facet.values.reduce((sum, one) => sum + one.count, 0)
  return counted >= count ? facet.values.map(({ value }) => value) : []
}

/** The evidence that an alert carries; none is an empty one. */
export function evidenceIn({ oddsock }: Alert): Evidence {
  const { evidence } = (oddsock ?? {}) as { readonly evidence?: Evidence }
  return evidence ?? { count: 0, events: [], facets: [] }
}

function tooVague(scope: Scope): AppError {
  return new AppError({
    message: `Cannot make an exception for the ${scope}: not all events of the alert name one, or they name too many`,
    code: 'EXCEPTION_TOO_VAGUE',
    hint: `Bind it to something else: ${SCOPES.filter((one) => one !== scope).join(', ')}.`,
  })
}
