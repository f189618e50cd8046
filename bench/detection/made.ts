import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEFAULT_THRESHOLD } from '../../src/anomaly/novelty/record-score.ts'
import { noveltyAt, noveltyWithin, rareAlerts } from './detectors.ts'
import { makeFleet } from './fleet/make.ts'
import { type Alert, afterWarmUp, daysOf, IN_TIME, recallOf } from './score.ts'
import { type Result, see } from './see.ts'
import { readTruth, type Truth } from './truth.ts'

const RARE_THRESHOLD = 50
const BUDGETS = [1, 3]

/** Figures of one fleet; those of several seeds are shown as their mean and spread. */
type Row = readonly number[]

const COLUMNS = [
  'attacks',
  'found %',
  'in 24 h %',
  'alerts a day',
  'rare: found %',
  'alerts a day',
  'free: alerts',
  ...BUDGETS.map((n) => `budget ${n}`),
]

/**
 * Fleets that are made now: of each size so many seeds, each with attacks and, the same but for them, without. What is found at the
 * default threshold, what `rare` finds, and the alerts a day of the fleet that is free of attacks, at the threshold and with budgets.
 */
export async function measureMade(sizes: readonly number[], seeds: number): Promise<void> {
  console.log(`\nmade fleets, ${seeds} seeds: mean (least–most)`)
  console.log('hosts'.padEnd(7) + COLUMNS.map((name) => name.padStart(18)).join(''))
  for (const hosts of sizes) {
    const rows: Row[] = []
    for (let seed = 1; seed <= seeds; seed++)
      rows.push([...(await attacked(hosts, seed)), ...(await free(hosts, seed))])
    const cells = COLUMNS.map((_, i) => spread(rows.map((row) => row[i]!)))
    console.log(String(hosts).padEnd(7) + cells.map((text) => text.padStart(18)).join(''))
  }
}

async function attacked(hosts: number, seed: number): Promise<Row> {
  const { truth, novelty, rare } = await made(hosts, seed, true)
  const ours = afterWarmUp(truth, noveltyAt(novelty.seen, DEFAULT_THRESHOLD))
  const theirs = afterWarmUp(truth, rareAlerts(rare.outcome.records.map(({ record }) => record))).filter(
    ({ score }) => score >= RARE_THRESHOLD,
  )
  return [
    truth.attacks.length,
    100 * recallOf(truth, ours),
    100 * recallOf(truth, ours, IN_TIME),
    perDay(truth, ours),
    100 * recallOf(truth, theirs),
    perDay(truth, theirs),
  ]
}

async function free(hosts: number, seed: number): Promise<Row> {
  const { truth, novelty } = await made(hosts, seed, false)
  const told = [
    noveltyAt(novelty.seen, DEFAULT_THRESHOLD),
    ...BUDGETS.map((budget) => noveltyWithin(novelty.seen, budget, hosts)),
  ]
  return told.map((alerts) => perDay(truth, afterWarmUp(truth, alerts)))
}

async function made(hosts: number, seed: number, attacks: boolean) {
  const folder = mkdtempSync(join(tmpdir(), 'oddsock-fleet-'))
  try {
    makeFleet(folder, { hosts, seed, attacks })
    const [novelty, rare]: [Result, Result] = await see(folder)
    return { truth: readTruth(folder), novelty, rare }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function perDay(truth: Truth, alerts: readonly Alert[]): number {
  return alerts.length / daysOf(truth)
}

function spread(numbers: readonly number[]): string {
  const digits = Math.max(...numbers) >= 10 ? 0 : 1
  const mean = numbers.reduce((sum, n) => sum + n, 0) / numbers.length
  const text = (n: number) => n.toFixed(digits)
  return `${text(mean)} (${text(Math.min(...numbers))}–${text(Math.max(...numbers))})`
}
