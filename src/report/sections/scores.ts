import { DAY, type Score } from '../../domain/time.ts'
import { html, type Markup } from '../escape.ts'
import { costCurve } from '../marks/cost-curve.ts'
import { histogram } from '../marks/histogram.ts'
import { nearest } from '../nearest.ts'
import type { Report, ReportRange, ReportRecord } from '../report.ts'
import { figure } from './figure.ts'

const WIDTH = 440

/** How the scores of each job lie, and what another threshold would cost. */
export function scores({ records, jobs }: Report, range: ReportRange): Markup {
  const pairs = jobs.map((job, i) => {
    const own = records.filter((record) => record.job === job.id)
    return html`${jobs.length > 1 ? html`<h3>${job.id}</h3>` : undefined}${pairOf(own, job.threshold, range, i)}`
  })
  return html`<h2 id="scores">Scores and threshold</h2>
${pairs}`
}

function pairOf(records: readonly ReportRecord[], threshold: Score, range: ReportRange, place: number): Markup {
  const shown = histogram(
    {
      scores: records.map((record) => record.record_score),
      heldBack: nearest(records, threshold).heldBack.length,
      threshold,
    },
    { id: `scores-${place}`, width: WIDTH },
  )
  const cost = costCurve(
    {
      records: records
        .filter((record) => record.untold === undefined)
        .map((record) => ({ score: record.record_score, alerts: Math.max(1, record.hosts.length) })),
      days: (range.to - range.from) / DAY,
      threshold,
    },
    { id: `cost-${place}`, width: WIDTH },
  )
  return html`<div class="pair">${figure(shown, 'Records by score')}${figure(cost, 'Alerts against the threshold')}</div>`
}
