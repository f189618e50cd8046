import assert from 'node:assert/strict'
import { test } from 'node:test'
import { text } from '../domain/field.ts'
import { eventsOf, expansionsOf } from './events.ts'
import { parseStory } from './parse.ts'

function eventsIn(told: string) {
  const { story } = parseStory(`start 2026-01-06T00:00:00Z\nrun to 9h\n${told}`, 'x.scenario')
  return eventsOf(story!)
}

test('ranges are told out, each combination once', () => {
  const fields = [
    ['host.name', 'web-{9..11}'],
    ['user.name', 'u{1..2}.{3..3}'],
  ] as const
  assert.deepEqual(
    expansionsOf(fields).map((one) => one.map(([, value]) => value).join(' ')),
    ['web-9 u1.3', 'web-9 u2.3', 'web-10 u1.3', 'web-10 u2.3', 'web-11 u1.3', 'web-11 u2.3'],
  )
  assert.deepEqual(expansionsOf([['a', '{2..1}']]), [])
  assert.deepEqual(expansionsOf([['a', '{x..y} {1}']]), [[['a', '{x..y} {1}']]])
})

test('what a datafeed demands is filled in unless it is given', () => {
  const [plain, given] = eventsIn(
    'events at 1h\n  network/start a=b\n  network/start destination.ip=198.51.100.1 host.os.type=macos\n',
  )
  assert.deepEqual(plain!.event, {
    '@timestamp': '2026-01-06T01:00:00.000Z',
    'event.category': 'network',
    'event.type': 'start',
    'event.id': '3-1',
    'event.ingested': '2026-01-06T01:00:05.000Z',
    'host.os.type': 'linux',
    'destination.ip': '203.0.113.7',
    a: 'b',
  })
  assert.equal(given!.event['destination.ip'], '198.51.100.1')
  assert.equal(given!.event['host.os.type'], 'macos')
  assert.equal(eventsIn('events at 1h\n  process/start\n')[0]!.event['destination.ip'], undefined)
})

test('events come in as they happen, or when the story says; the end of a stretch is outside', () => {
  const arrivals = eventsIn(`events every 1h from 0h to 2h
  network/start process.name=a
events at 30m arriving 1h30m
  network/start process.name=late
events at 1h
  network/start process.name=b
`)
  assert.deepEqual(
    arrivals.map(({ at, event }) => [text(event, 'process.name'), (at - Date.UTC(2026, 0, 6)) / 1000]),
    [
      ['a', 5],
      ['a', 3605],
      ['b', 3605],
      ['late', 5400],
    ],
  )
})

test('the same story gives the same events, each with an identity of its own', () => {
  const story = 'events every 1m from 0h to 1h\n  network/start host.name=web-{1..3}\n  network/start host.name=web-1\n'
  assert.deepEqual(eventsIn(story), eventsIn(story))
  assert.equal(new Set(eventsIn(story).map(({ event }) => event['event.id'])).size, 240)
})

test('a field may be called __proto__', () => {
  const [arrival] = eventsIn('events at 1h\n  network/start __proto__=x\n')
  assert.equal(text(arrival!.event, '__proto__'), 'x')
})
