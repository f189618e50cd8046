import { html, type Markup } from '../escape.ts'
import { tableOf } from '../marks/mark.ts'
import type { RareValue, Report, ReportRange } from '../report.ts'
import { count, listed, moment, these } from '../words.ts'
import { tableMarkup } from './figure.ts'

const LISTED = 10

/** With a short history: what was rarest, as observations. Nobody should take a list for a verdict. */
export function rarest({ rarest: { programs, peers } }: Report, range: ReportRange): Markup {
  const time = these(range.to - range.from)
  return html`<h2 id="rarest">Rarest in ${time}</h2>
<p>Observations, not alerts: with so little history, most of what is rare is merely new to this log.</p>
<div class="pair"><div><h3>Programs</h3>${rows(programs, 'program')}</div><div><h3>Peers</h3>${rows(peers, 'peer')}</div></div>`
}

function rows(list: readonly RareValue[], what: string): Markup {
  if (list.length === 0) return html`<p>No ${what} was seen on the network.</p>`
  const cells = list
    .slice(0, LISTED)
    .map((each) => [each.value, count(each.buckets), count(each.events), listed(each.hosts, 3), moment(each.first)])
  return tableMarkup(tableOf([what, 'buckets', 'events', 'hosts', 'first seen'], cells))
}
