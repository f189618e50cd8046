import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DARK, LIGHT, type Palette } from './palette.ts'
import { SCORE_STEPS } from './score-step.ts'

const THEMES: readonly (readonly [string, Palette])[] = [
  ['light', LIGHT],
  ['dark', DARK],
]
type Triple = readonly [number, number, number]

/** sRGB `#rrggbb` to linear light, 0 to 1 (IEC 61966-2-1). */
function linear(colour: string): Triple {
  const part = (at: number) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return [part(1), part(3), part(5)]
}

/** Contrast ratio of WCAG 2.2. */
function contrast(a: string, b: string): number {
  const luminance = ([r, g, b]: Triple) => 0.2126 * r + 0.7152 * g + 0.0722 * b
  const [low, high] = [luminance(linear(a)), luminance(linear(b))].sort((x, y) => x - y) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

/** Machado, Oliveira, Fernandes 2009, severity 1.0, on linear light. */
const SIGHT: ReadonlyMap<string, readonly Triple[]> = new Map([
  [
    'full colour',
    [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
  ],
  [
    'protanopia',
    [
      [0.152286, 1.052583, -0.204868],
      [0.114503, 0.786281, 0.099216],
      [-0.003882, -0.048116, 1.051998],
    ],
  ],
  [
    'deuteranopia',
    [
      [0.367322, 0.860646, -0.227968],
      [0.280085, 0.672501, 0.047413],
      [-0.01182, 0.04294, 0.968881],
    ],
  ],
  [
    'tritanopia',
    [
      [1.255528, -0.076749, -0.178779],
      [-0.078411, 0.930809, 0.147602],
      [0.004733, 0.691367, 0.3039],
    ],
  ],
])

/** Oklab (Björn Ottosson, 2020) of linear sRGB. */
function oklab([r, g, b]: Triple): Triple {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ]
}

function difference(a: string, b: string, matrix: readonly Triple[]): number {
  const seen = (colour: string): Triple => {
    const light = linear(colour)
    const row = (i: number) =>
      Math.min(
        1,
        Math.max(
          0,
          matrix[i]!.reduce((sum, weight, j) => sum + weight * light[j]!, 0),
        ),
      )
    return oklab([row(0), row(1), row(2)])
  }
  const [x, y] = [seen(a), seen(b)]
  return Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2])
}

test('each step stands out from the ground by at least 3 to 1, in light and dark', () => {
  for (const [theme, palette] of THEMES)
    for (const colour of [...SCORE_STEPS.map((name) => palette[name]), palette.calm])
      assert.ok(
        contrast(colour, palette.ground) >= 3,
        `${theme} ${colour}: ${contrast(colour, palette.ground).toFixed(2)}`,
      )
})

test('texts are readable on ground and panel: at least 4.5 to 1', () => {
  for (const [theme, palette] of THEMES)
    for (const ink of [palette.ink, palette.soft])
      for (const ground of [palette.ground, palette.panel])
        assert.ok(contrast(ink, ground) >= 4.5, `${theme} ${ink} on ${ground}: ${contrast(ink, ground).toFixed(2)}`)
})

test('any two steps differ for each kind of colour sight', () => {
  for (const [theme, palette] of THEMES)
    for (const [sight, matrix] of SIGHT)
      SCORE_STEPS.forEach((a, i) => {
        for (const b of SCORE_STEPS.slice(i + 1)) {
          const apart = difference(palette[a], palette[b], matrix)
          // 0.02 is a just noticeable difference in Oklab; five times that can be told without a comparison.
          assert.ok(apart >= 0.1, `${theme}, ${sight}: ${a} and ${b} are ${apart.toFixed(3)} apart`)
        }
      })
})
