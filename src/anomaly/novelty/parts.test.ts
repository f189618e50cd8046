import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DAY, HOUR } from '../../domain/time.ts'
import { rangeOf } from './address-range.ts'
import { chanceAfter, learnCurve, newCurve } from './curve.ts'
import { bookDay, bookNovelty, DAY_RATES, dayChance, kindBit, newDayCurves } from './day-rates.ts'
import { executableOf, placeOf } from './executable.ts'
import { kept, youth } from './fading.ts'
import { bookBirth, bookExposure, CONTEXT, fleetRate, multiplier, newRates, surpriseOf } from './novelty-rates.ts'
import { natsOf, scoreOf } from './record-score.ts'
import { packed, unpacked } from './snapshot.ts'
import { silenceOf, trustOf } from './vetting.ts'

/** Expected values are worked out beside each; six digits are what a pocket calculator shows. */
function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-5 * Math.max(1, Math.abs(expected)), `${actual} is not near ${expected}`)
}

test('learned counts halve in thirty days, and a birth score falls to 1/e in three', () => {
  near(kept(30), 0.5)
  near(kept(-5), 1)
  near(youth(3 * DAY), 0.367879)
  near(youth(-DAY), 1)
})

test('a curve begins at its prior, halves it from bin to bin, and inherits 0.7 where nobody has been', () => {
  const curve = newCurve()
  near(chanceAfter(curve, 0.4, 0), 0.4)
  near(chanceAfter(curve, 0.4, 3), 0.4 * 0.7 * 0.7)
  for (let i = 0; i < 8; i++) learnCurve(curve, 0, i < 2)
  near(chanceAfter(curve, 0.4, 0), (2 + 8 * 0.4) / 16)
  near(chanceAfter(curve, 0.4, 1), (0.7 * (2 + 8 * 0.4)) / 16)
  learnCurve(curve, 1, true)
  near(chanceAfter(curve, 0.4, 2), (1 + 8 * 0.2) / 9)
})

test('the surprise of the example in the design is 6.45 nats', () => {
  // −ln(1 − e^−0.001575) = −ln(0.00157376) = 6.45429
  near(surpriseOf(0.0175 * 0.09), 6.45429)
  // −ln(1 − e^−1) = 0.458675
  near(surpriseOf(1), 0.458675)
})

test('a fleet rate is its births over its active days, on the prior of the next younger hosts', () => {
  const rates = newRates()
  near(fleetRate(rates, 3, 3), 0.2)
  near(fleetRate(rates, 3, 4), 0.1)
  for (let i = 0; i < 20; i++) bookExposure(rates, 3, [], 0)
  near(fleetRate(rates, 3, 4), (20 * 0.1) / 40)
  bookBirth(rates, 3, 5, 0, 0)
  near(fleetRate(rates, 3, 4), (1 + 2) / 40)
  near(fleetRate(rates, 3, 6), 2 / 40)
})

test('of the births of one day only the most severe counts', () => {
  const rates = newRates()
  bookBirth(rates, 3, 4, 0, 0)
  bookBirth(rates, 3, 6, 4, 0)
  bookBirth(rates, 3, 5, 6, 0)
  assert.deepEqual(rates[3]!.births, [0, 0, 0, 0, 0, 0, 1])
})

const tally = (expected: number) => ({ observed: 0, expected })

test('an account that brought nothing where ten novelties were expected makes one ten times as surprising', () => {
  const quiet = () => ({ near: tally(0), far: tally(9), day: 0 })
  // user (0+1)/(9+1) = 0.1, host the same: prior 0.1^0.75 · 0.1^0.5 = 0.0562341; account 1.5 / (9 + 1.5/0.0562341) = 0.0420448
  near(multiplier(quiet(), quiet(), quiet(), 1), 0.0420448)
  near(multiplier(CONTEXT.blank(), CONTEXT.blank(), CONTEXT.blank(), 1), 1)
})

test('the chance of a day stands on the program’s user, the program and the curve', () => {
  const levels = [DAY_RATES.blank(), DAY_RATES.blank(), DAY_RATES.blank()] as const
  const curves = newDayCurves()
  near(dayChance('unknownInNewRange', curves, 0, levels, 0), 0.3)
  bookDay(levels, curves, 0, kindBit('knownInNewRange'), 0)
  // curve (0 + 8·0.3)/9 = 0.266667, then three times ·5/6: 0.154321
  near(dayChance('unknownInNewRange', curves, 0, levels, 0), 0.154321)
  bookNovelty(levels, 'unknownInNewRange', 0)
  // (1 + 5·0.266667)/6 = 0.388889; (1 + 5·0.388889)/6 = 0.490741; (1 + 5·0.490741)/6 = 0.575617
  near(dayChance('unknownInNewRange', curves, 0, levels, 0), 0.575617)
})

test('silence before a program appeared is as improbable as the program is regular', () => {
  const always = { get: () => 6 }
  const never = { get: () => 0 }
  // Five silent hours, each −ln(1 − 6/7.5) = 1.609438
  near(silenceOf(always, 0, 5 * HOUR), 8.04719)
  near(silenceOf(always, 0, 30 * HOUR), 12)
  near(silenceOf(never, 0, 30 * HOUR), 0)
  near(silenceOf(always, 0, 59 * 60_000), 0)
  near(trustOf(3), 0.5)
  near(trustOf(8.05), 1)
})

test('a range is /16, and the first three groups of IPv6', () => {
  assert.equal(rangeOf('52.239.17.4'), '52.239.0.0/16')
  assert.equal(rangeOf('2001:db8::1'), '2001:db8:0::/48')
  assert.equal(rangeOf('2a00:1450:4001:82a::200e'), '2a00:1450:4001::/48')
  assert.equal(rangeOf('::1'), '0:0:0::/48')
})

test('the executable is told apart from the script', () => {
  assert.equal(executableOf('/usr/bin/python# /srv/a b.py'), '/usr/bin/python#')
  assert.equal(executableOf('/opt/My App/bin/app'), '/opt/My App/bin/app')
  assert.equal(placeOf('/usr/bin/python# /srv/a.py'), '/srv')
  assert.equal(placeOf('/usr/bin/bash <inline>'), '/usr/bin')
  assert.equal(placeOf('sshd'), '')
})

test('a record score is 50 at the default threshold and only grows', () => {
  near(scoreOf(5), 50)
  // 100 / (1 + e^−1)
  near(scoreOf(7), 73.105858)
  fc.assert(
    fc.property(
      fc.double({ min: -10, max: 40, noNaN: true }),
      fc.double({ min: 1e-6, max: 10, noNaN: true }),
      (nats, more) => {
        assert.ok(scoreOf(nats + more) > scoreOf(nats))
        assert.ok(scoreOf(nats) > 0 && scoreOf(nats) < 100)
        near(natsOf(scoreOf(nats)), nats)
      },
    ),
  )
})

test('a snapshot brings back maps in their order, whatever their keys', () => {
  const state = {
    a: new Map<string, unknown>([
      ['__proto__', 1],
      ['b', new Map([['constructor', [0.1, null]]])],
    ]),
    n: 1e-300,
    numbers: Float64Array.of(0.1, -0, 2 ** 53),
  }
  assert.deepEqual(unpacked(JSON.parse(JSON.stringify(packed(state)))), state)
})
