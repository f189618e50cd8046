import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import type { Rule } from '../domain/rule.ts'
import { gradeOf } from './grade.ts'
import { readRules } from './read/file.ts'

function shipped(name: string): Rule {
  const file = `${name}.toml`
  const [rule] = readRules(readFileSync(new URL(`../../content/rules/${file}`, import.meta.url), 'utf8'), file).rules
  return rule!
}

const record = (oddsock: object) => ({ influencers: [], record_score: 60, oddsock }) as unknown as AnomalyRecord

// docs/explanation/what-a-score-means.md: severity and risk by the band.
describe('the rule of our own job grades', () => {
  for (const [band, severity, risk_score] of [
    ['page', 'high', 73],
    ['daily', 'medium', 47],
    ['weekly', 'low', 21],
    ['hunt', 'low', 21],
    [undefined, 'low', 21],
  ] as const)
    test(`a finding of the band ${band} ${severity}, with a risk of ${risk_score}`, () => {
      const rule = shipped('novel-linux-network-activity')
      assert.deepEqual(gradeOf(rule, record(band ? { band } : {}), 'web-1'), { severity, risk_score })
    })
})

test('the rule of the rare job grades everything low, with a risk of 21', () => {
  const rule = shipped('unusual-linux-network-activity')
  assert.deepEqual(gradeOf(rule, record({ band: 'page' }), null), { severity: 'low', risk_score: 21 })
})
