import { html, type Markup } from '../escape.ts'
import { tableOf } from '../marks/mark.ts'
import type { Report } from '../report.ts'
import { count, counted, moment } from '../words.ts'
import { cut, tableMarkup } from './figure.ts'

const SAMPLE_LIMIT = 300

/** What was read, what was skipped and why, and what could not be judged: the limits of everything above. */
export function coverage(report: Report): Markup {
  return html`<h2 id="coverage">What was read, and what not</h2>
${inputs(report)}
<h3>Rejected input</h3>${rejects(report)}
<h3>Hosts</h3>${hosts(report)}
<h3>Not judged</h3>${notJudged(report)}`
}

function inputs({ inputs, counts }: Report): Markup {
  const rows = inputs.map((each) => [
    each.path,
    each.format,
    count(each.bytes),
    count(each.events),
    count(each.rejects),
    each.note ?? '',
  ])
  return html`<p>${counted(inputs.length, 'input')}, ${counted(counts.bytes, 'byte')}, ${counted(counts.events, 'event')}: ${count(counts.matched)} on the network${copies(counts.copies)}, ${count(counts.late)} late. ${counted(counts.buckets, 'bucket')} scored.</p>
${tableMarkup(tableOf(['input', 'format', 'bytes', 'events', 'rejects', 'note'], rows))}`
}

function copies(amount: number | undefined): string {
  return amount === undefined ? '' : `, ${counted(amount, 'copy', 'copies')} counted once`
}

function rejects({ rejects }: Report): Markup {
  if (rejects.length === 0) return html`<p>None: every line was understood.</p>`
  const rows = rejects.map(
    (each) =>
      html`<tr><td>${cut(each.reason)}</td><td>${count(each.count)}</td><td>${cut(each.path)}</td><td><code>${cut(each.sample, SAMPLE_LIMIT)}</code></td></tr>`,
  )
  return html`<table><thead><tr><th scope="col">reason</th><th scope="col">count</th><th scope="col">in</th><th scope="col">one of them</th></tr></thead><tbody>${rows}</tbody></table>`
}

function hosts({ hosts }: Report): Markup {
  if (hosts.length === 0) return html`<p>No event named a host.</p>`
  const rows = hosts.map((host) => [
    host.name,
    count(host.events),
    moment(host.first),
    moment(host.last),
    host.silentSince === undefined ? '' : `silent since ${moment(host.silentSince)}`,
  ])
  return tableMarkup(tableOf(['host', 'events', 'first', 'last', 'state'], rows))
}

function notJudged({ notJudged }: Report): Markup {
  if (notJudged.length === 0) return html`<p>Nothing was set aside: every event that was read could be judged.</p>`
  return html`<ul>${notJudged.map((sentence) => html`<li>${cut(sentence, 400)}</li>`)}</ul>`
}
