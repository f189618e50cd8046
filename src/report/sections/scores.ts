import { DAY } from '../../domain/time.ts'
import { html, type Markup } from '../escape.ts'
import { costCurve } from '../marks/cost-curve.ts'
import { histogram } from '../marks/histogram.ts'
import { nearest } from '../nearest.ts'
import type { Report, ReportRange } from '../report.ts'
import { figure } from './figure.ts'

const WIDTH = 440

/** How the scores lie, and what another threshold would cost. */
export function scores({ records, threshold }: Report, range: ReportRange): Markup {
  const shown = histogram(
    {
      scores: records.map((record) => record.record_score),
      heldBack: nearest(records, threshold).heldBack.length,
      threshold,
    },
    { id: 'scores-mark', width: WIDTH },
  )
  const cost = costCurve(
    {
      records: records
        .filter((record) => record.untold === undefined)
        .map((record) => ({ score: record.record_score, alerts: Math.max(1, record.hosts.length) })),
      days: (range.to - range.from) / DAY,
      threshold,
    },
    { id: 'cost-mark', width: WIDTH },
  )
  return html`<h2 id="scores">Scores and threshold</h2>
<div class="pair">${figure(shown, 'Records by score')}${figure(cost, 'Alerts against the threshold')}</div>`
}
