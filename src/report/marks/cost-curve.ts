import { scaleLinear } from 'd3-scale'
import type { Score } from '../../domain/time.ts'
import { html, type Markup } from '../escape.ts'
import { count, short } from '../words.ts'
import { thresholdLine } from './histogram.ts'
import { drawing, type Frame, type Mark, tableOf } from './mark.ts'

/** What each threshold would have cost: how many alerts there would have been. */
export interface CostData {
  /** Each record with the alerts it would give: one for each host. */
  readonly records: readonly { readonly score: Score; readonly alerts: number }[]
  /** Length of the history; under one day alerts are counted as they are, not stretched to a day. */
  readonly days: number
  readonly threshold: Score
}

const LEFT = 40
const TOP = 16
const TALL = 130
/** Thresholds in the table. */
const LISTED = [10, 25, 40, 50, 60, 75, 90, 99]

/** Cost curve: alerts per day against the threshold, on a logarithmic axis. */
export function costCurve(data: CostData, frame: Frame): Mark {
  const cost = costs(data)
  // The axis reaches from the smallest count that can occur (one alert in the whole time) to the greatest.
  const least = 1 / Math.max(1, data.days)
  const most = Math.max(least * 10, cost[0]!)
  const floor = TOP + TALL
  const x = scaleLinear([0, 100], [LEFT, frame.width - 12])
  const y = scaleLinear([Math.log10(least / 2), Math.log10(most)], [floor, TOP])
  const at = (value: number) => (value > 0 ? y(Math.log10(value)) : floor)
  const body: Markup[] = decades(least / 2, most).map(
    (value) =>
      html`<line class="grid" x1="${LEFT}" x2="${frame.width - 12}" y1="${at(value)}" y2="${at(value)}"/><text x="${LEFT - 6}" y="${at(value) + 4}" text-anchor="end">${short(value)}</text>`,
  )
  for (const tick of [0, 25, 50, 75, 100])
    body.push(html`<text x="${x(tick)}" y="${floor + 14}" text-anchor="middle">${tick}</text>`)
  body.push(html`<line class="base" x1="${LEFT}" x2="${frame.width - 12}" y1="${floor}" y2="${floor}"/>`)
  body.push(
    html`<path class="curve" d="${cost.map((value, i) => `${i === 0 ? 'M' : 'L'}${x(i).toFixed(1)} ${at(value).toFixed(1)}`).join('')}"/>`,
  )
  const here = alertsPerDay(data, data.threshold)
  const onLeft = data.threshold > 75
  body.push(thresholdLine(x, data.threshold, TOP, floor))
  body.push(
    html`<circle class="here" cx="${x(data.threshold)}" cy="${at(here)}" r="3.5"/><text class="halo" x="${x(data.threshold) + (onLeft ? -8 : 8)}" y="${at(here) - 6}" text-anchor="${onLeft ? 'end' : 'start'}">${amount(here)} ${unit(data)}</text>`,
  )
  return {
    svg: drawing(
      frame,
      floor + 20,
      `Alerts ${unit(data)} against the threshold`,
      `At the threshold of ${data.threshold}: ${amount(here)} alerts ${unit(data)}.`,
      body,
    ),
    table: tableOf(
      ['threshold', `alerts ${unit(data)}`],
      LISTED.map((threshold) => [String(threshold), amount(cost[threshold]!)]),
    ),
    notes: [`Alerts ${unit(data)} at each threshold, from this history, before exceptions; the axis is logarithmic.`],
  }
}

/** Alerts at each whole threshold from 0 to 100, counted in one pass: there may be a million records. */
function costs({ records, days }: CostData): number[] {
  const cost = new Array<number>(101).fill(0)
  for (const { score, alerts } of records) cost[Math.min(100, Math.max(0, Math.floor(score)))]! += alerts
  for (let threshold = 99; threshold >= 0; threshold--) cost[threshold]! += cost[threshold + 1]!
  return cost.map((alerts) => alerts / Math.max(1, days))
}

/** Alerts at a threshold, per day (or in all, if there is less than a day). */
function alertsPerDay({ records, days }: CostData, threshold: Score): number {
  const alerts = records.reduce((sum, record) => sum + (record.score >= threshold ? record.alerts : 0), 0)
  return alerts / Math.max(1, days)
}

const unit = ({ days }: CostData): string => (days < 1 ? 'in all' : 'a day')

/** @example amount(0.0714) // '0.07' */
function amount(value: number): string {
  if (value > 0 && value < 0.01) return 'under 0.01'
  return value >= 10 ? count(value) : value.toFixed(value >= 1 || value === 0 ? 1 : 2)
}

/** The powers of ten in `[from, to]`. */
function decades(from: number, to: number): number[] {
  const first = Math.ceil(Math.log10(from))
  const last = Math.floor(Math.log10(to))
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => Number(`1e${first + i}`))
}
