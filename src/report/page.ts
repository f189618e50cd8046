import { sha256Base64 } from '../domain/hash.ts'
import { html, Markup } from './escape.ts'
import type { Report } from './report.ts'
import { coverage } from './sections/coverage.ts'
import { findings } from './sections/findings.ts'
import { patterns } from './sections/patterns.ts'
import { rarest } from './sections/rarest.ts'
import { review } from './sections/review.ts'
import { scores } from './sections/scores.ts'
import { summary } from './sections/summary.ts'
import { isShort, reviewHeading } from './short-history.ts'
import { type Story, storiesOf } from './story.ts'
import { STYLE } from './style.ts'

/**
 * The report as one HTML file: sentences first, then drawings, then what was read. In goes plain data, out comes a page that
 * needs nothing else: no script, no request, styles allowed by their hash. Every text of a host is escaped by `html` on its
 * way in. Long lists are cut, and the page says so, so that a week of ten hosts stays under 2 MB.
 */
export function renderReport(report: Report): string {
  const stories = storiesOf(report.alerts)
  // Spaces of the template would change the hash, so the sheet fills its element alone.
  const policy = `default-src 'none'; style-src 'sha256-${sha256Base64(STYLE)}'; base-uri 'none'; form-action 'none'`
  return String(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="oddsock">
<title>${report.title} – oddsock</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the findings</a>
<header>${summary(report, stories)}${contents(report, stories)}</header>
<main id="main">${body(report, stories)}</main>
<footer><p class="soft">Made by this command:</p><pre>${report.command}</pre></footer>
</body>
</html>
`)
}

function body(report: Report, stories: readonly Story[]): Markup {
  const { range, review: odd = [] } = report
  const told = stories.length > 0 ? html`<h2 id="findings">Findings</h2>${findings(report, stories)}` : undefined
  if (!range) return html`${told}${coverage(report)}`
  const toLookAt = odd.length > 0 ? review(odd, range) : undefined
  const short = isShort(range.to - range.from) ? rarest(report, range) : undefined
  return html`${told}${toLookAt}${short}${patterns(report, range, stories)}${scores(report, range)}${coverage(report)}`
}

/** Links to the sections that the page has. */
function contents({ range, review = [] }: Report, stories: readonly Story[]): Markup {
  const sections: readonly (readonly [string, string])[] = [
    ...(stories.length > 0 ? [['findings', 'Findings'] as const] : []),
    ...(range && review.length > 0 ? [['review', reviewHeading(range.to - range.from).title] as const] : []),
    ...(range && isShort(range.to - range.from) ? [['rarest', 'Rarest'] as const] : []),
    ...(range
      ? ([
          ['lanes', 'Where and when'],
          ['strips', 'How rare'],
          ['hosts', 'Host by host'],
          ['scores', 'Scores and threshold'],
        ] as const)
      : []),
    ['coverage', 'What was read'],
  ]
  return html`<nav aria-label="Sections">${sections.map(([id, name]) => html`<a href="#${id}">${name}</a> `)}</nav>`
}
