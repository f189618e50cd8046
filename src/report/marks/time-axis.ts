import { type ScaleTime, scaleUtc } from 'd3-scale'
import { DAY, type EpochMs, isoTime, MINUTE } from '../../domain/time.ts'
import { html, type Markup } from '../escape.ts'
import type { Bins } from './bins.ts'

/** Pixels for each label of a time axis. */
const LABEL_ROOM = 76
/** Labels are at least so many pixels apart, middle to middle. */
const LEAST_GAP = 52

/** Time from left to right, from pixel `left` to `right`. */
export function timeScale(bins: Bins, left: number, right: number): ScaleTime<number, number> {
  return scaleUtc([new Date(bins.from), new Date(bins.to)], [left, right])
}

/** Ticks with labels at `y` and lines up to `top`; times are UTC, which the last word says. */
export function timeAxis(scale: ScaleTime<number, number>, top: number, y: number): Markup[] {
  const [left, right] = scale.range() as [number, number]
  const [from, to] = scale.domain() as [Date, Date]
  const label = labelFor(to.getTime() - from.getTime())
  const ticks = scale.ticks(Math.max(2, Math.floor((right - left) / LABEL_ROOM)))
  const gap = ticks.length > 1 ? scale(ticks[1]!) - scale(ticks[0]!) : LABEL_ROOM
  const every = Math.ceil(LEAST_GAP / gap)
  const marks = ticks.map((tick, i) => {
    const x = scale(tick)
    const hasRoom = i % every === 0 && x < right - LABEL_ROOM / 2
    const text = hasRoom
      ? html`<text x="${x}" y="${y + 12}" text-anchor="middle">${label(tick.getTime())}</text>`
      : undefined
    return html`<line class="grid" x1="${x}" x2="${x}" y1="${top}" y2="${y}"/>${text}`
  })
  return [...marks, html`<text class="unit" x="${right}" y="${y + 12}" text-anchor="end">UTC</text>`]
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function labelFor(range: number): (time: EpochMs) => string {
  return (time) => {
    const date = new Date(time)
    const month = MONTHS[date.getUTCMonth()]!
    if (range > 300 * DAY) return `${month} ${date.getUTCFullYear()}`
    if (time % DAY === 0) return `${date.getUTCDate()} ${month}`
    return isoTime(time).slice(11, range < 10 * MINUTE ? 19 : 16)
  }
}
