import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Alert, Facet } from '../domain/alert.ts'
import type { ExceptionItem } from '../domain/exception.ts'
import { compileExceptions } from '../rules/exceptions.ts'
import { evidenceOf } from './evidence.ts'
import { effectOf } from './exception-effect.ts'
import { exceptionFor } from './exception-for.ts'

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
  const item = exceptionFor(CURL, { expires: 5 })
  assert.deepEqual(item.entries, [
    { type: 'match', field: 'oddsock.program', operator: 'included', value: '/usr/bin/curl' },
    { type: 'match', field: 'host.name', operator: 'included', value: 'web-1' },
    { type: 'match_any', field: 'user.name', operator: 'included', value: ['root', 'ann'] },
  ])
  assert.equal(item.expire_time, 5)
  assert.equal(effectOf(item, CURL), 'hidden')
})

test('the same wish makes the same exception, another makes another', () => {
  const { item_id } = exceptionFor(CURL, {})
  assert.equal(exceptionFor(CURL, {}).item_id, item_id)
  assert.notEqual(exceptionFor(CURL, { scope: ['host'] }).item_id, item_id)
  assert.notEqual(exceptionFor(CURL, { expires: 1 }).item_id, item_id)
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
    assert.equal(effectOf(exceptionFor(CURL, { scope: [scope] }), other), expect)
  })

test('without a program that all events name, the exception is for the value that the record is about', () => {
  const alert = alertOf(3, [facet('oddsock.program', { '/a': 1, '/b': 1 })])
  const item = exceptionFor(alert, { scope: ['program'] })
  assert.deepEqual(item.entries, [{ type: 'match', field: 'process.name', operator: 'included', value: 'curl' }])
  assert.equal(effectOf(item, alert), 'hidden')
})

test('what not all events name is left out of the usual scope, and refused where it was asked for', () => {
  const alert = alertOf(3, [facet('oddsock.program', { '/a': 3 }), facet('user.name', { ann: 2 })])
  assert.deepEqual(
    exceptionFor(alert, {}).entries.map(({ field }) => field),
    ['oddsock.program', 'host.name'],
  )
  assert.throws(() => exceptionFor(alert, { scope: ['program', 'user'] }), { code: 'EXCEPTION_TOO_VAGUE' })
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
        item = exceptionFor(made, { scope: ['program', 'user'] })
      } catch {
        return
      }
      fc.pre(item.entries.every(({ field }) => fields.includes(field)))
      const isExcepted = compileExceptions([item], fields, new Map(), 0)
      const taken = observed(others).filter(isExcepted).length
      const expected = taken === others.length ? ['hidden'] : taken === 0 ? ['untouched', 'smaller'] : ['smaller']
      assert.ok(expected.includes(effectOf(item, other)), `${effectOf(item, other)} and not ${expected}`)
    }),
  )
})
