import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseTime } from '../domain/time.ts'
import { IsoTimes } from './iso-times.ts'

const times = new IsoTimes()

function read(text: string): number {
  const block = Buffer.from(`<<${text}>>`)
  return times.read(block, 2, block.length - 2)
}

for (const { text, expect, why } of [
  { text: '1970-01-01T00:00:00Z', expect: 0, why: 'no fraction' },
  { text: '1970-01-01T00:00:00.001Z', expect: 1, why: 'milliseconds' },
  { text: '1970-01-01T00:00:00.1Z', expect: 100, why: 'tenths' },
  { text: '1970-01-01T00:00:00.123999999Z', expect: 123, why: 'nanoseconds are cut off' },
  { text: '1970-01-02T01:01:01.5Z', expect: 86_400_000 + 3_661_500, why: 'another day' },
  { text: '1969-12-31T23:59:59.9Z', expect: -100, why: 'before 1970' },
  { text: '1970-01-01T01:00:00+01:00', expect: 0, why: 'another zone' },
  { text: '1970-01-01 00:00:00.5Z', expect: 500, why: 'a space for the T' },
  { text: '1970-01-01T00:00:00.Z', expect: Number.NaN, why: 'a fraction of no digits' },
  { text: '1970-01-01T00:60:00Z', expect: Number.NaN, why: 'sixty minutes' },
  { text: '1970-13-01T00:00:00Z', expect: Number.NaN, why: 'a thirteenth month' },
  { text: '1970-01-01T00:00:00.000\tZ', expect: Number.NaN, why: 'a tab' },
  { text: '1970-01-01T00:00:00\u00a0Z', expect: Number.NaN, why: 'a space outside ASCII' },
  { text: '', expect: Number.NaN, why: 'nothing' },
])
  test(`reads "${text}" as ${expect}: ${why}`, () => assert.equal(read(text), expect))

test('any time reads as it does from text, in any order', () => {
  const date = fc.date({ min: new Date(-62_167_219_200_000), max: new Date(253_402_300_799_999), noInvalidDate: true })
  fc.assert(
    fc.property(date, (time) => assert.equal(read(time.toISOString()), time.getTime())),
    { numRuns: 1000 },
  )
})

test('what is nearly a time reads as it does from text', () => {
  const digits = (count: number) =>
    fc.string({ unit: fc.constantFrom(...'0123459'), minLength: count, maxLength: count })
  const sign = (usual: string) =>
    fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, fc.constantFrom(...' .:-+TZz0/'))
  const parts = [digits(4), sign('-'), digits(2), sign('-'), digits(2), sign('T'), digits(2), sign(':'), digits(2)]
  const end = fc.oneof(
    fc.constantFrom('Z', '', '+01:00', '-0530'),
    fc.string({ unit: fc.constantFrom(...'0123.Zz '), maxLength: 12 }),
  )
  fc.assert(
    fc.property(
      fc.tuple(...parts, sign(':'), digits(2), end).map((all) => all.join('')),
      (text) => {
        assert.equal(read(text), parseTime(text))
      },
    ),
    { numRuns: 5000 },
  )
})
