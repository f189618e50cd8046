import { html, type Markup } from '../escape.ts'
import { tableOf } from '../marks/mark.ts'
import type { ReportRange, ReviewFinding } from '../report.ts'
import { reviewHeading } from '../short-history.ts'
import { moment, scoreText } from '../words.ts'
import { tableMarkup, WHOLE } from './figure.ts'

/** The oddest of what is no alert: of a short history all there is, later what deserves a weekly look. */
export function review(found: readonly ReviewFinding[], range: ReportRange): Markup {
  const rows = found.map(({ score, program, user, host, timestamp, learning, why }) => [
    scoreText(score),
    program,
    user,
    host,
    `${moment(timestamp)}${learning ? ', while learning' : ''}`,
    why,
  ])
  const { title, about } = reviewHeading(range.to - range.from)
  return html`<h2 id="review">${title}</h2>
<p>${about[0]!.toUpperCase()}${about.slice(1)}.</p>
${tableMarkup(tableOf(['score', 'program', 'user', 'host', 'when', 'why'], rows), WHOLE)}`
}
