import { inCidr, isCidr } from '../domain/address.ts'
import type { EcsEvent } from '../domain/event.ts'
import { type FieldValue, values } from '../domain/field.ts'
import { parseTime } from '../domain/time.ts'
import { addressOrder, canonicalAddress, isAddressField } from './address.ts'
import type { Bounds, Query } from './ast.ts'
import { glob } from './glob.ts'
import { isTextField, storedField, words } from './text-field.ts'

/** Says of an event whether a query holds. */
export type EventTest = (event: EcsEvent) => boolean

const compiled = new WeakMap<Query, EventTest>()

/** Whether a query holds for an event. A query is compiled when it is first asked. */
export function matches(query: Query, event: EcsEvent): boolean {
  let test = compiled.get(query)
  if (test === undefined) {
    test = compile(query)
    compiled.set(query, test)
  }
  return test(event)
}

/**
 * A query as a function, as Elasticsearch would answer it: of a field with several values any may match; a missing field never
 * matches, so that a `not` around it holds; case counts; a number equals its text.
 */
export function compile(query: Query): EventTest {
  switch (query.kind) {
    case 'all':
      return () => true
    case 'none':
      return () => false
    case 'and': {
      const tests = query.of.map(compile)
      return (event) => tests.every((test) => test(event))
    }
    case 'or':
      return atLeast(query.of.map(compile), query.atLeast ?? 1)
    case 'not': {
      const test = compile(query.of)
      return (event) => !test(event)
    }
    default: {
      const test = valueTest(query)
      const field = storedField(query.field)
      return (event) => values(event, field).some(test)
    }
  }
}

function atLeast(tests: readonly EventTest[], least: number): EventTest {
  if (least === 1) return (event) => tests.some((test) => test(event))
  return (event) => {
    let held = 0
    for (const test of tests) if (test(event) && ++held >= least) return true
    return least <= 0
  }
}

type ValueTest = (value: FieldValue) => boolean
type ValueQuery = Extract<Query, { readonly field: string }>

function valueTest(query: ValueQuery): ValueTest {
  switch (query.kind) {
    case 'exists':
      return () => true
    case 'equals':
      return equalsTest(query.field, query.values, query.ignoreCase ?? false)
    case 'match':
      return isTextField(query.field) ? anyWordTest(String(query.text)) : equalsTest(query.field, [query.text], false)
    case 'phrase':
      return isTextField(query.field) ? phraseTest(String(query.text)) : equalsTest(query.field, [query.text], false)
    case 'range':
      return rangeOf(query, isAddressField(query.field))
    case 'wildcard': {
      const test = glob(query.pattern, query.ignoreCase)
      return (value) => test(String(value))
    }
    case 'prefix': {
      const prefix = folded(query.prefix, query.ignoreCase ?? false)
      return (value) => folded(String(value), query.ignoreCase ?? false).startsWith(prefix)
    }
  }
}

function folded(text: string, ignoreCase: boolean): string {
  return ignoreCase ? text.toLowerCase() : text
}

function equalsTest(field: string, wanted: readonly FieldValue[], ignoreCase: boolean): ValueTest {
  const texts = wanted.map((value) => folded(String(value), ignoreCase))
  if (isAddressField(field)) return addressTest(texts)
  const set = new Set(texts)
  return (value) => set.has(folded(String(value), ignoreCase))
}

function addressTest(wanted: readonly string[]): ValueTest {
  const addresses = new Set(wanted.map((text) => canonicalAddress(text) ?? text))
  const ranges = wanted.filter((text) => text.includes('/') && isCidr(text))
  return (value) => {
    const text = String(value)
    return addresses.has(canonicalAddress(text) ?? text) || ranges.some((range) => inCidr(text, range))
  }
}

function anyWordTest(text: string): ValueTest {
  const wanted = new Set(words(text))
  return (value) => words(String(value)).some((word) => wanted.has(word))
}

function phraseTest(text: string): ValueTest {
  const wanted = words(text)
  return (value) => {
    const found = words(String(value))
    if (wanted.length === 0) return false
    return found.some((_, start) => wanted.every((word, i) => found[start + i] === word))
  }
}

function rangeOf(bounds: Bounds, addresses: boolean): ValueTest {
  const { gt, gte, lt, lte } = bounds
  return (value) =>
    (gt === undefined || compare(value, gt, addresses) > 0) &&
    (gte === undefined || compare(value, gte, addresses) >= 0) &&
    (lt === undefined || compare(value, lt, addresses) < 0) &&
    (lte === undefined || compare(value, lte, addresses) <= 0)
}

/** Below, at or above zero as `value` is below, at or above `bound`; NaN where the two cannot be compared. */
function compare(value: FieldValue, bound: number | string, addresses: boolean): number {
  if (addresses) return order(addressOrder(String(value)), addressOrder(String(bound)))
  const [left, right] = [asNumber(value), asNumber(bound)]
  if (!Number.isNaN(left) && !Number.isNaN(right)) return left - right
  if (typeof bound === 'number') return Number.NaN
  const [time, limit] = [parseTime(value), parseTime(bound)]
  if (!Number.isNaN(time) && !Number.isNaN(limit)) return time - limit
  return order(String(value), bound)
}

function order(left: string | undefined, right: string | undefined): number {
  if (left === undefined || right === undefined) return Number.NaN
  return left < right ? -1 : left > right ? 1 : 0
}

function asNumber(value: FieldValue): number {
  if (typeof value === 'number') return value
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
}
