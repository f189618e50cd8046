import { formatDuration } from '../../domain/time.ts'
import { html, type Markup } from '../escape.ts'
import { tableOf } from '../marks/mark.ts'
import type { ReportRange, ReviewFinding } from '../report.ts'
import { moment, scoreText } from '../words.ts'
import { tableMarkup, WHOLE } from './figure.ts'

/** The oddest of a short history, most of all of the days in which nothing is an alert. */
export function review(found: readonly ReviewFinding[], range: ReportRange): Markup {
  const rows = found.map(({ score, program, user, host, timestamp, why }) => [
    scoreText(score),
    program,
    user || 'unknown',
    host,
    moment(timestamp),
    why,
  ])
  return html`<h2 id="review">To look at</h2>
<p>${formatDuration(range.to - range.from)} of data are too little for certainty; these are no alerts.</p>
${tableMarkup(tableOf(['score', 'program', 'user', 'host', 'when', 'why'], rows), WHOLE)}`
}
