import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FIRST_FIELDS } from '../datafeed/datafeed.ts'
import type { Alert, Facet } from '../domain/alert.ts'
import type { ExceptionItem } from '../domain/exception.ts'
import { compileExceptions } from '../rules/exceptions.ts'
import { evidenceOf } from './evidence.ts'
import { effectOf } from './exception-effect.ts'
import { coversAny, exceptionFor } from './exception-for.ts'

function facet(field: string, counts: Record<string, number>, others = 0): Facet {
  return { field, values: Object.entries(counts).map(([value, count]) => ({ value, count })), others }
}

function alertOf(count: number, facets: readonly Facet[], more: object = {}): Alert {
  return {
    '@timestamp': '2026-03-02T00:00:00.000Z',
    'kibana.alert.uuid': 'a',
    'kibana.alert.workflow_status': 'open',
    by_field_name: 'process.name',
    by_field_value: 'curl',
    process: { name: 'curl' },
    host: { name: 'web-1' },
    oddsock: { evidence: { count, events: [], facets } },
    ...more,
  }
}

const CURL = alertOf(10, [
  facet('host.name', { 'web-1': 10 }),
  facet('user.name', { root: 7, ann: 3 }),
  facet('oddsock.program', { '/usr/bin/curl': 10 }),
  facet('destination.ip', { '192.0.2.1': 4, '192.0.2.2': 6 }),
])

test('an exception made from an alert is bound to program, host and user, and would have hidden that alert', () => {
  const item = exceptionFor(CURL, FIRST_FIELDS, { expires: 5 })
  assert.deepEqual(item.entries, [
    { type: 'match', field: 'oddsock.program', operator: 'included', value: '/usr/bin/curl' },
    { type: 'match', field: 'host.name', operator: 'included', value: 'web-1' },
    { type: 'match_any', field: 'user.name', operator: 'included', value: ['root', 'ann'] },
  ])
  assert.equal(item.expire_time, 5)
  assert.equal(effectOf(item, CURL, FIRST_FIELDS), 'hidden')
})

test('the same wish makes the same exception, another makes another', () => {
  const { item_id } = exceptionFor(CURL, FIRST_FIELDS, {})
  assert.equal(exceptionFor(CURL, FIRST_FIELDS, {}).item_id, item_id)
  assert.notEqual(exceptionFor(CURL, FIRST_FIELDS, { scope: ['host'] }).item_id, item_id)
  assert.notEqual(exceptionFor(CURL, FIRST_FIELDS, { expires: 1 }).item_id, item_id)
})

const EFFECTS: readonly { why: string; scope: 'program' | 'user' | 'peer' | 'host'; other: Alert; expect: string }[] = [
  {
    why: 'the same program by another user',
    scope: 'user',
    other: alertOf(2, [facet('user.name', { bob: 2 })]),
    expect: 'untouched',
  },
  {
    why: 'some of its events by one of these users',
    scope: 'user',
    other: alertOf(2, [facet('user.name', { bob: 1, ann: 1 })]),
    expect: 'smaller',
  },
  {
    why: 'events that name no user',
    scope: 'user',
    other: alertOf(2, [facet('user.name', { ann: 1 })]),
    expect: 'smaller',
  },
  {
    why: 'peers that are not listed',
    scope: 'peer',
    other: alertOf(9, [facet('destination.ip', { '192.0.2.1': 8 }, 1)]),
    expect: 'smaller',
  },
  {
    why: 'another host',
    scope: 'host',
    other: alertOf(1, [facet('host.name', { 'web-2': 1 })]),
    expect: 'untouched',
  },
]
for (const { why, scope, other, expect } of EFFECTS)
  test(`an exception for the ${scope} leaves an alert ${expect}: ${why}`, () => {
    assert.equal(effectOf(exceptionFor(CURL, FIRST_FIELDS, { scope: [scope] }), other, FIRST_FIELDS), expect)
  })

test('without a program that all events name, the exception is for the value that the record is about', () => {
  const alert = alertOf(3, [facet('oddsock.program', { '/a': 1, '/b': 1 })])
  const item = exceptionFor(alert, FIRST_FIELDS, { scope: ['program'] })
  assert.deepEqual(item.entries, [{ type: 'match', field: 'process.name', operator: 'included', value: 'curl' }])
  assert.equal(effectOf(item, alert, FIRST_FIELDS), 'hidden')
})

test('what not all events name is left out of the usual scope, and refused where it was asked for', () => {
  const alert = alertOf(3, [facet('oddsock.program', { '/a': 3 }), facet('user.name', { ann: 2 })])
  assert.deepEqual(
    exceptionFor(alert, FIRST_FIELDS, {}).entries.map(({ field }) => field),
    ['oddsock.program', 'host.name'],
  )
  assert.throws(() => exceptionFor(alert, FIRST_FIELDS, { scope: ['program', 'user'] }), {
    code: 'EXCEPTION_TOO_VAGUE',
  })
})

const BY_NUMBER = alertOf(3, [facet('oddsock.program', { '/a': 3 }), facet('user.id', { 1001: 3 })])

test('a user that only has a number is bound by it, and users with other numbers are not covered', () => {
  const fields = [...FIRST_FIELDS, 'user.id']
  const item = exceptionFor(BY_NUMBER, fields, {})
  assert.deepEqual(item.entries.at(-1), { type: 'match', field: 'user.id', operator: 'included', value: '1001' })
  assert.deepEqual(coversAny(item), [])
  assert.equal(effectOf(item, BY_NUMBER, fields), 'hidden')
  const isExcepted = compileExceptions([item], fields, new Map(), 0)
  const row = (id: string) => ({
    values: fields.map((field) => ({ 'oddsock.program': '/a', 'host.name': 'web-1', 'user.id': id })[field] ?? null),
    count: 1,
    first: 0,
    last: 0,
    events: [],
  })
  assert.deepEqual([isExcepted(row('1001')), isExcepted(row('0'))], [true, false])
})

test('where rows do not carry the number of the user, none is bound by it, and that any user is covered is known', () => {
  const item = exceptionFor(BY_NUMBER, FIRST_FIELDS, {})
  assert.deepEqual(
    item.entries.map(({ field }) => field),
    ['oddsock.program', 'host.name'],
  )
  assert.deepEqual(coversAny(item), ['user'])
  assert.throws(() => exceptionFor(BY_NUMBER, FIRST_FIELDS, { scope: ['user'] }), { code: 'EXCEPTION_TOO_VAGUE' })
})

test('an exception on a field that the rows of an alert do not carry leaves it untouched', () => {
  const item = exceptionFor(BY_NUMBER, [...FIRST_FIELDS, 'user.id'], { scope: ['user'] })
  assert.equal(effectOf(item, BY_NUMBER, FIRST_FIELDS), 'untouched')
})

test('what an exception is said to do to an alert is what the rules do to its rows', () => {
  const value = fc.constantFrom(null, 'a', 'b', '__proto__')
  const rows = fc.array(fc.tuple(value, value, value, fc.integer({ min: 1, max: 3 })), { minLength: 1, maxLength: 6 })
  const fields = ['host.name', 'oddsock.program', 'user.name']
  const observed = (given: readonly [string | null, string | null, string | null, number][]) =>
    given.map(([host, program, user, count]) => ({
      values: [host, program, user],
      count,
      first: 0,
      last: 0,
      events: [],
    }))
  fc.assert(
    fc.property(rows, rows, (mine, others) => {
      const made = alertOf(0, [], {
        oddsock: { evidence: evidenceOf(observed(mine), fields, []) },
        host: {},
        process: {},
      })
      const other = { ...made, oddsock: { evidence: evidenceOf(observed(others), fields, []) } }
      let item: ExceptionItem
      try {
        item = exceptionFor(made, fields, { scope: ['program', 'user'] })
      } catch {
        return
      }
      fc.pre(item.entries.every(({ field }) => fields.includes(field)))
      const isExcepted = compileExceptions([item], fields, new Map(), 0)
      const taken = observed(others).filter(isExcepted).length
      const expected = taken === others.length ? ['hidden'] : taken === 0 ? ['untouched', 'smaller'] : ['smaller']
      assert.ok(
        expected.includes(effectOf(item, other, fields)),
        `${effectOf(item, other, fields)} and not ${expected}`,
      )
    }),
  )
})
