import type { Facet } from '../../domain/alert.ts'
import { html, type Markup } from '../escape.ts'
import { binOf, binsFor } from '../marks/bins.ts'
import { tableOf } from '../marks/mark.ts'
import { spark } from '../marks/spark.ts'
import type { Report } from '../report.ts'
import { SIGNS, stepOf } from '../score-step.ts'
import type { Story } from '../story.ts'
import { QUESTION_WORDS, type ToldAlert } from '../told-alert.ts'
import { count, counted, listed, moment, scoreText, timeElement } from '../words.ts'
import { cut, tableMarkup, value, WHOLE } from './figure.ts'

/** Stories told in full; the next ones are lines of a table, the rest is counted. */
const MOST_TOLD = 100
/** Bytes of all that is told in full, and of the raw events in it: the page must fit into a mail. */
const BUDGET = 800_000
const RAW_BUDGET = 400_000
/** Characters of one raw event. */
const RAW_LIMIT = 3_000
const VALUES_LISTED = 6
const SPARK_WIDTH = 150

/** The stories as sentences, worst first, each with what it rests on. */
export function findings(report: Report, stories: readonly Story[]): Markup {
  const rawRoom = { left: RAW_BUDGET }
  const told: Markup[] = []
  let room = BUDGET
  for (const story of stories.slice(0, MOST_TOLD)) {
    const markup = storyMarkup(story, told.length + 1, report, rawRoom)
    room -= bytesOf(markup)
    if (room < 0) break
    told.push(markup)
  }
  const rest = stories.slice(told.length)
  return html`${told}${rest.length > 0 ? lesser(rest) : undefined}`
}

const bytesOf = (markup: Markup): number => Buffer.byteLength(String(markup))

function lesser(stories: readonly Story[]): Markup {
  const rows = stories.map(({ head, hosts }) => [
    head.severity,
    scoreText(head.score),
    head.sentence,
    listed(hosts, 3),
    head.job,
  ])
  return html`<h3>${counted(stories.length, 'lesser story', 'lesser stories')}, without evidence, to keep this file small</h3>${tableMarkup(tableOf(['severity', 'score', 'sentence', 'hosts', 'job'], rows), WHOLE)}`
}

function storyMarkup(story: Story, place: number, report: Report, rawRoom: { left: number }): Markup {
  const { head } = story
  const step = stepOf(head.score)
  return html`
<article class="story" id="story-${place}" aria-labelledby="story-${place}-s">
<header><span class="step"><span class="sign ${step}" aria-hidden="true">${SIGNS[step]}</span>${step}</span><span>score ${scoreText(head.score)}</span>${head.bucket === undefined ? undefined : timeElement(head.bucket)}<span>${cut(head.rule)} (severity ${cut(head.severity)})</span><span>job ${cut(head.job)}</span></header>
<h3 class="sentence" id="story-${place}-s">${head.sentence}</h3>
<dl>${facts(story, place, report)}${story.facets.map(facetMarkup)}</dl>
${answers(head)}${reasons(head)}${rawEvents(story, rawRoom)}${members(story.alerts)}
</article>`
}

function facts(story: Story, place: number, report: Report): Markup[] {
  const { head } = story
  const rows: Markup[] = []
  const row = (name: string, content: Markup) => rows.push(html`<div><dt>${name}</dt><dd>${content}</dd></div>\n`)
  if (story.hosts.length > 0 && !hasFacet(story, 'host.name'))
    row(story.hosts.length === 1 ? 'host' : `${count(story.hosts.length)} hosts`, html`${listed(story.hosts, 8)}`)
  if (story.users.length > 0 && !hasFacet(story, 'user.name')) row('user', html`${listed(story.users, 8)}`)
  if (head.destinations.length > 0 && !hasFacet(story, 'destination.ip'))
    row('peer', html`${listed(head.destinations, 8)}`)
  if (story.first !== undefined) row('first', timeElement(story.first))
  if (story.last !== undefined) row('last', timeElement(story.last))
  if (head.history !== undefined) row('before', seenBefore(head))
  const pattern = patternOf(head, place, report)
  if (pattern) row('active', pattern)
  return rows
}

const hasFacet = (story: Story, field: string): boolean => story.facets.some((facet) => facet.field === field)

function seenBefore({ seenBefore, history }: ToldAlert): Markup {
  if (!seenBefore) return html`never in ${counted(history!, 'bucket')}`
  return html`in ${count(seenBefore)} of ${counted(history!, 'bucket')}`
}

/** When the process was active, as a spark over the whole range. */
function patternOf(head: ToldAlert, place: number, { presence, range, bucketSpan }: Report): Markup | undefined {
  const active = presence.get(head.subject)?.starts
  if (!active || !range) return undefined
  const bins = binsFor({ ...range, bucketSpan }, 80)
  const values = new Array<number>(bins.count).fill(0)
  for (const time of active) {
    const cell = binOf(bins, time)
    if (cell !== undefined) values[cell]! += 1
  }
  return html`${spark({ title: 'Activity over the whole range', values }, { id: `story-${place}-spark`, width: SPARK_WIDTH })}`
}

/** What we call the fields that evidence is usually grouped by; others keep their ECS name. */
const FIELD_WORDS: ReadonlyMap<string, string> = new Map([
  ['host.name', 'host'],
  ['destination.ip', 'to'],
  ['destination.port', 'port'],
  ['destination.domain', 'domain'],
  ['destination.as.organization.name', 'network of'],
  ['destination.geo.country_name', 'country'],
  ['source.ip', 'source'],
  ['user.name', 'as user'],
  ['user.id', 'user id'],
  ['network.direction', 'direction'],
  ['event.action', 'action'],
  ['event.outcome', 'outcome'],
  ['oddsock.program', 'program'],
  ['process.executable', 'file'],
  ['process.parent.name', 'parent'],
  ['process.parent.executable', 'parent file'],
  ['process.parent.pid', 'parent id'],
  ['process.args', 'arguments'],
  ['process.title', 'title'],
  ['process.command_line', 'command'],
  ['process.working_directory', 'directory'],
])

function facetMarkup(facet: Facet): Markup {
  const shown = facet.values.slice(0, VALUES_LISTED)
  const others = facet.others + facet.values.length - shown.length
  const list = shown.map(
    (each, i) => html`${i > 0 ? ', ' : ''}${value(each.value)} <span class="times">×${count(each.count)}</span>`,
  )
  const more = others > 0 ? html` and ${counted(others, 'other')}` : undefined
  const sampled = facet.sampled ? html` <span class="times">in a sample</span>` : undefined
  return html`<div><dt>${FIELD_WORDS.get(facet.field) ?? facet.field}</dt><dd>${list}${more}${sampled}</dd></div>\n`
}

/** What whoever judges it asks. */
function answers({ answers }: ToldAlert): Markup | undefined {
  if (answers.length === 0) return undefined
  const rows = answers.map(
    ({ question, says }) => html`<div><dt>${QUESTION_WORDS[question]}</dt><dd>${says}</dd></div>\n`,
  )
  return html`<details><summary>With whom, by whom, new or periodic, what ran, after what</summary><dl>${rows}</dl></details>`
}

/** The pieces of evidence that add up to the score, and what would have changed it. */
function reasons({ reasons, unless }: ToldAlert): Markup | undefined {
  if (reasons.length === 0) return undefined
  const sum = reasons.reduce((nats, reason) => nats + reason.nats, 0)
  const rows = [...reasons, { nats: sum, sentence: 'together' }].map(({ nats, sentence }) => [
    `${nats < 0 ? '−' : '+'}${Math.abs(nats).toFixed(1)}`,
    sentence,
  ])
  const otherwise = unless.map((end) => html`<li>${end}</li>`)
  const list = otherwise.length > 0 ? html`<p>Would not alert if</p><ul>${otherwise}</ul>` : undefined
  return html`<details><summary>Why: ${counted(reasons.length, 'piece', 'pieces')} of evidence, ${sum.toFixed(1)} nats</summary>${tableMarkup(tableOf(['nats', 'evidence'], rows), WHOLE)}${list}</details>`
}

function rawEvents(story: Story, room: { left: number }): Markup | undefined {
  if (story.samples.length === 0) return undefined
  const shown: Markup[] = []
  for (const event of story.samples) {
    const raw = html`<pre>${cut(JSON.stringify(event), RAW_LIMIT)}</pre>`
    room.left -= bytesOf(raw)
    if (room.left < 0) break
    shown.push(raw)
  }
  if (shown.length === 0)
    return html`<p class="notes">Raw events of this story are left out, to keep this file small.</p>`
  return html`<details><summary>${count(shown.length)} of ${counted(story.events, 'raw event')}</summary>${shown}</details>`
}

function members(all: readonly ToldAlert[]): Markup | undefined {
  if (all.length < 2) return undefined
  const rows = all.map((each) => [
    each.bucket === undefined ? 'unknown' : moment(each.bucket),
    scoreText(each.score),
    listed(each.hosts, 3),
    each.sentence,
  ])
  return html`<details><summary>All ${counted(all.length, 'alert')} of this story</summary>${tableMarkup(tableOf(['bucket', 'score', 'host', 'sentence'], rows), WHOLE)}</details>`
}
