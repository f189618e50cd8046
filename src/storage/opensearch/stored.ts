import type { EcsEvent } from '../../domain/event.ts'
import { values } from '../../domain/field.ts'
import { isoTime, parseTime } from '../../domain/time.ts'
import { isAddressField } from '../../query/address.ts'
import { addressTerms } from './address-terms.ts'
import { LONGEST_TERM, NUMBERS } from './schema.ts'

/** A document as our indices keep it (`schema.ts`). */
export interface Stored {
  readonly journal: Journaled
  readonly [field: string]: unknown
}

export interface Journaled {
  readonly json: string
  readonly [name: string]: unknown
}

/**
 * The document with its fields beside it.
 *
 * @param about what the store says of it besides: place, key, times
 */
export function storedOf(doc: object, fields: readonly string[], about: Readonly<Record<string, unknown>>): Stored {
  const shown: [string, unknown][] = []
  const addresses: string[] = []
  const several: string[] = []
  const untermed: string[] = []
  for (const field of fields) {
    const texts = values(doc as EcsEvent, field).map(String)
    const terms = texts.filter(isTerm)
    if (terms.length < texts.length) untermed.push(field)
    else if (terms.length > 1) several.push(field)
    if (terms.length > 0) shown.push([field, terms.length === 1 ? terms[0] : terms])
    if (isAddressField(field)) addresses.push(...texts.flatMap((text) => addressTerms(field, text)))
  }
  for (const field of NUMBERS) {
    const [number] = values(doc as EcsEvent, field)
    if (typeof number === 'number' && Number.isFinite(number)) shown.push([field, number])
  }
  const time = parseTime(values(doc as EcsEvent, '@timestamp')[0])
  return {
    ...Object.fromEntries(shown),
    ...(!Number.isNaN(time) && { '@timestamp': isoTime(time) }),
    journal: {
      json: JSON.stringify(doc),
      ...about,
      ...(addresses.length > 0 && { addresses }),
      ...(several.length > 0 && { several }),
      ...(untermed.length > 0 && { untermed }),
    },
  }
}

export function docOf<T>(stored: { readonly journal: { readonly json: string } }): T {
  return JSON.parse(stored.journal.json) as T
}

/** Whether Lucene keeps a text as a term: not too long, and no half of a surrogate pair. */
function isTerm(text: string): boolean {
  return text.length <= LONGEST_TERM && !/\p{Surrogate}/u.test(text)
}
