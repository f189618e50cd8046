import { type DurationMs, HOUR, MINUTE, SECOND } from '../domain/time.ts'
import { type Happened, happenedIn, isMet } from './expectations.ts'
import type { Outcome } from './outcome.ts'
import type { Expectation, Fields, Story } from './story.ts'
import { quoted } from './words.ts'

/** How a story ended. */
export interface Verdict {
  readonly isTrue: boolean
  readonly kept: number
  readonly broken: readonly Expectation[]
  /** The story with what really happened in place of what was expected: ready to be read, or pasted. */
  readonly told: string
}

/** Holds the story against what came of it. */
export function judge(text: string, story: Story, outcome: Outcome): Verdict {
  const lines = text.split('\n')
  const broken = story.expectations.filter(
    ({ rows }, i) => !isMet(rows, happenedIn(story.expectations[i]!, story, outcome)),
  )
  // From the last one on, so that the lines before stay where they are.
  for (const expectation of [...broken].reverse()) {
    const happened = happenedIn(expectation, story, outcome)
    const rows = happened.length === 0 ? ['  none'] : happened.map((one) => `  ${rowOf(one, expectation)}`)
    lines.splice(expectation.line, expectation.lastLine - expectation.line, ...rows)
  }
  return {
    isTrue: broken.length === 0,
    kept: story.expectations.length - broken.length,
    broken,
    told: lines.join('\n'),
  }
}

/** What is told where the story asks for nothing. */
const USUAL: Record<Expectation['of'], Fields> = {
  records: [
    ['process.name', ''],
    ['record_score', '±0.1'],
    ['at', ''],
  ],
  alerts: [
    ['process.name', ''],
    ['host.name', ''],
    ['rule_id', ''],
    ['at', ''],
  ],
}

/** In the words of the expectation: the fields that it asks for, with its tolerances. */
function rowOf(one: Happened, { of, rows }: Expectation): string {
  const asked = new Map((rows.length > 0 ? rows.flat() : USUAL[of]).map(([field, wanted]) => [field, wanted]))
  return [...asked]
    .flatMap(([field, wanted]) => {
      const tolerance = /±.*$/s.exec(wanted)?.[0] ?? ''
      if (field === 'at') return [`at=${spell(one.at)}${tolerance}`]
      const found = one.valuesOf(field)
      if (found.length === 0) return []
      const isRounded = tolerance !== '' && Number.isFinite(Number(found[0]))
      return [`${field}=${isRounded ? Number(Number(found[0]).toPrecision(3)) : quoted(found.join(','))}${tolerance}`]
    })
    .join('  ')
}

/** A duration as stories write it. @example spell(605_220_000) // '168h07m' */
export function spell(duration: DurationMs): string {
  if (duration < 0) return `-${spell(-duration)}`
  const parts: string[] = []
  let rest = duration
  for (const [unit, size] of [
    ['h', HOUR],
    ['m', MINUTE],
    ['s', SECOND],
    ['ms', 1],
  ] as const) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) parts.push(`${parts.length > 0 && unit !== 'ms' ? String(count).padStart(2, '0') : count}${unit}`)
  }
  return parts.join('') || '0h'
}
