import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EcsEvent } from '../domain/event.ts'
import type { Observation } from '../domain/observation.ts'
import { addressesOf } from './addresses.ts'
import { EVENTS_SHOWN, evidenceOf, facetValues, placesToShow } from './evidence.ts'
import { CURL, connect, FIELDS, row } from './testdata/told.ts'

const facet = (rows: readonly Observation[], events: readonly EcsEvent[], field: string) =>
  evidenceOf(rows, FIELDS, events).facets.find((one) => one.field === field)

test('what rows hold is counted over all events, whichever can be shown', () => {
  const rows = [row(CURL, 500), row(CURL.with(3, '192.0.2.8'), 700), row(CURL.with(2, 'root'), 3)]
  const evidence = evidenceOf(rows, FIELDS, [connect()])
  assert.equal(evidence.count, 1_203)
  assert.deepEqual(
    evidence.facets.find(({ field }) => field === 'destination.ip'),
    {
      field: 'destination.ip',
      values: [
        { value: '192.0.2.8', count: 700 },
        { value: '192.0.2.7', count: 503 },
      ],
      others: 0,
    },
  )
  assert.deepEqual(facetValues(evidence, 'user.name'), ['www-data', 'root'])
})

test('what only events hold is counted over those shown, and says so where they are not all', () => {
  const ports = { field: 'destination.port', values: [{ value: '443', count: 1 }], others: 0 }
  assert.deepEqual(facet([row(CURL, 2)], [connect()], 'destination.port'), { ...ports, sampled: true })
  assert.deepEqual(facet([row(CURL, 1)], [connect()], 'destination.port'), ports)
})

test('a field is counted over events where the datafeed does not have it', () => {
  const { facets } = evidenceOf([row(['web-1'])], ['host.name'], [connect()])
  assert.deepEqual(
    facets.find(({ field }) => field === 'user.name'),
    { field: 'user.name', values: [{ value: 'www-data', count: 1 }], others: 0 },
  )
})

test('facets hold ten values, those of most events first, ties by name, and count the others', () => {
  const rows = Array.from({ length: 12 }, (_, i) => row(CURL.with(3, `192.0.2.${10 + i}`), i === 5 ? 9 : 1))
  const found = facet(rows, [], 'destination.ip')!
  assert.equal(found.others, 2)
  assert.deepEqual(
    found.values.map(({ value }) => value),
    [15, 10, 11, 12, 13, 14, 16, 17, 18, 19].map((last) => `192.0.2.${last}`),
  )
})

test('addresses of one event are told apart; names are left whole, whatever they hold', () => {
  const cases: [value: string | null, expect: string[]][] = [
    [null, []],
    ['', []],
    ['192.0.2.1', ['192.0.2.1']],
    ['192.0.2.1,2001:db8::1', ['192.0.2.1', '2001:db8::1']],
    ['192.0.2.1,192.0.2.1,', ['192.0.2.1']],
  ]
  for (const [value, expect] of cases) assert.deepEqual(addressesOf(value), expect)
  assert.deepEqual(facet([row(CURL.with(2, 'smith, ann'))], [], 'user.name')?.values, [
    { value: 'smith, ann', count: 1 },
  ])
})

test('hostile and empty values are counted like others, or not at all', () => {
  const rows = ['__proto__', 'constructor', 'toString', '', null].map((user) => row(CURL.with(2, user)))
  assert.deepEqual(facet(rows, [], 'user.name')?.values, [
    { value: '__proto__', count: 1 },
    { value: 'constructor', count: 1 },
    { value: 'toString', count: 1 },
  ])
  assert.equal(facet([row(CURL.with(2, ''))], [], 'user.name'), undefined)
})

test('arguments are told as one command', () => {
  const event = connect({ process: { args: ['curl', '-s', 'https://192.0.2.7'] } })
  assert.deepEqual(facet([row(CURL)], [event], 'process.args')?.values, [
    { value: 'curl -s https://192.0.2.7', count: 1 },
  ])
})

const withPlaces = (input: number, events: number): Observation => ({
  ...row(CURL, events),
  events: Array.from({ length: events }, (_, i) => ({ input, from: i, to: i + 1 })),
})

test('every row is shown by an event before any is shown by two', () => {
  const places = placesToShow([withPlaces(0, 20), withPlaces(1, 2), withPlaces(2, 1)])
  assert.deepEqual(
    places.map(({ input, from }) => [input, from]),
    [
      [0, 0],
      [1, 0],
      [2, 0],
      [0, 1],
      [1, 1],
      [0, 2],
      [0, 3],
      [0, 4],
      [0, 5],
      [0, 6],
    ],
  )
  assert.equal(placesToShow(Array.from({ length: 30 }, (_, i) => withPlaces(i, 2))).length, EVENTS_SHOWN)
  assert.deepEqual(placesToShow([]), [])
})

test('events with the peer that the reasons are about come first', () => {
  const rows = Array.from({ length: 30 }, (_, i) => withPlaces(i, 2))
  const culprit = { ...rows[27]!, values: ['web-1', '198.51.100.9,10.0.0.1'] }
  const terms = [{ name: 'unknown endpoint', nats: 6, sentence: '', numbers: { ip: '198.51.100.9' } }] as const
  const oddsock = { nats: 6, terms, shown: true, campaign: 'c', names: [], user: '' }
  const [first] = placesToShow(rows.with(27, culprit), { oddsock })
  assert.deepEqual(first, rows[27]!.events[0])
})
