import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EcsEvent } from '../../domain/event.ts'
import { CLOCK } from '../../domain/stamps.ts'
import { documentOf, packDocument } from './document.ts'

const TIME = Date.UTC(2026, 0, 6, 1, 2, 3, 4)
const ISO = '2026-01-06T01:02:03.004Z'

/** `time` and `clock` are what the columns hold of the event. */
const cases: { why: string; event: EcsEvent; time: number; clock: number; packed: string }[] = [
  { why: 'both go', event: { '@timestamp': ISO, a: 1, [CLOCK]: ISO }, time: TIME, clock: TIME, packed: '{"a":1}' },
  { why: 'nothing else there', event: { '@timestamp': ISO, [CLOCK]: ISO }, time: TIME, clock: TIME, packed: '{}' },
  { why: 'the time alone', event: { '@timestamp': ISO }, time: TIME, clock: Number.NaN, packed: '{}' },
  { why: 'the clock alone', event: { [CLOCK]: ISO }, time: Number.NaN, clock: TIME, packed: '{}' },
  {
    why: 'not at the front',
    event: { a: 1, '@timestamp': ISO },
    time: TIME,
    clock: Number.NaN,
    packed: `{"a":1,"@timestamp":"${ISO}"}`,
  },
  {
    why: 'another spelling',
    event: { '@timestamp': '2026-01-06T01:02:03.0042Z' },
    time: TIME,
    clock: Number.NaN,
    packed: '{"@timestamp":"2026-01-06T01:02:03.0042Z"}',
  },
  {
    why: 'several times',
    event: { '@timestamp': [ISO, ISO] },
    time: TIME,
    clock: Number.NaN,
    packed: `{"@timestamp":["${ISO}","${ISO}"]}`,
  },
  {
    why: 'a number',
    event: { '@timestamp': TIME, b: 1 },
    time: TIME,
    clock: Number.NaN,
    packed: `{"@timestamp":${TIME},"b":1}`,
  },
  {
    why: 'what only looks like the end',
    event: { [CLOCK]: ISO, a: { [CLOCK]: ISO } },
    time: Number.NaN,
    clock: TIME,
    packed: `{"${CLOCK}":"${ISO}","a":{"${CLOCK}":"${ISO}"}}`,
  },
  {
    why: 'a text that ends like it',
    event: { [CLOCK]: ISO, a: `"${CLOCK}":"${ISO}"}` },
    time: Number.NaN,
    clock: TIME,
    packed: JSON.stringify({ [CLOCK]: ISO, a: `"${CLOCK}":"${ISO}"}` }),
  },
]

for (const { why, event, time, clock, packed } of cases)
  test(`a document comes back as it was: ${why}`, () => {
    assert.equal(packDocument(event, time, clock), packed)
    const back = documentOf({
      doc: packed,
      own: Number.isNaN(time) ? null : time,
      clock: Number.isNaN(clock) ? null : clock,
    })
    assert.deepEqual(back, event)
  })
