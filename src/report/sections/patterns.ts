import { max } from 'd3-array'
import { html, type Markup } from '../escape.ts'
import type { Span } from '../marks/bins.ts'
import { lanes } from '../marks/lanes.ts'
import { strips } from '../marks/strips.ts'
import { timeline } from '../marks/timeline.ts'
import type { Report, ReportHost, ReportRange } from '../report.ts'
import type { Story } from '../story.ts'
import { counted } from '../words.ts'
import { figure, value } from './figure.ts'
import { legend } from './summary.ts'

/** Room for drawings in pixels: the width of the page less its margins. */
const WIDTH = 912
/** Strips of the stories, and of the rarest others to compare them with. */
const STORY_STRIPS = 12
const OTHER_STRIPS = 8
/** Hosts with a timeline of their own, those with the highest scores first. */
const MOST_TIMELINES = 12

/** Where and when: lanes of all hosts, strips of the processes that matter, a timeline for each host. */
export function patterns(report: Report, range: ReportRange, stories: readonly Story[]): Markup {
  const span: Span = { ...range, bucketSpan: report.bucketSpan }
  const hosts = rankedHosts(report, range)
  return html`
<h2 id="lanes">Where and when</h2>
${legend()}
${figure(lanes({ ...span, of: 'host', lanes: hosts }, { id: 'lanes-mark', width: WIDTH }), 'Scores of all hosts over time, the highest first.')}
<h2 id="strips">How rare</h2>
${stripsFigure(report, span, stories)}
<h2 id="hosts">Host by host</h2>
${timelines(hosts, span)}`
}

interface RankedHost {
  readonly name: string
  readonly host: ReportHost
  readonly cells: readonly { readonly time: number; readonly score: number; readonly what: string }[]
  readonly blind: readonly ReportRange[]
}

/** Hosts by their highest score, then by name, each with its scores. */
function rankedHosts({ hosts, records }: Report, range: ReportRange): RankedHost[] {
  const cells = new Map<string, RankedHost['cells'][number][]>(hosts.map((host) => [host.name, []]))
  for (const record of records)
    for (const host of record.hosts)
      cells.get(host)?.push({ time: record.timestamp, score: record.record_score, what: record.value })
  const top = (host: ReportHost) => max(cells.get(host.name)!, (cell) => cell.score) ?? 0
  return [...hosts]
    .sort((a, b) => top(b) - top(a) || (a.name < b.name ? -1 : 1))
    .map((host) => ({ name: host.name, host, cells: cells.get(host.name)!, blind: blindOf(host, range) }))
}

function blindOf(host: ReportHost, range: ReportRange): readonly ReportRange[] {
  if (host.blind) return host.blind
  return host.silentSince === undefined ? [] : [{ from: host.silentSince, to: range.to }]
}

function stripsFigure(report: Report, span: Span, stories: readonly Story[]): Markup {
  const { presence, records, counts, jobs } = report
  const told = [...new Set(stories.map((story) => story.head.subject))].filter((name) => presence.has(name))
  const others = [...presence.keys()]
    .filter((name) => !told.includes(name))
    .sort((a, b) => presence.get(a)!.buckets - presence.get(b)!.buckets || (a < b ? -1 : 1))
  const shown = [...told.slice(0, STORY_STRIPS), ...others.slice(0, OTHER_STRIPS)]
  if (shown.length === 0) return html`<p>No process has a score above 0, so there is no pattern to draw.</p>`
  const scores = new Map<string, { time: number; score: number }[]>(shown.map((name) => [name, []]))
  const thresholds = new Map(jobs.map(({ id, threshold }) => [id, threshold]))
  for (const { job, value, timestamp, record_score } of records)
    if (record_score >= thresholds.get(job)!) scores.get(value)?.push({ time: timestamp, score: record_score })
  const mark = strips(
    {
      ...span,
      buckets: counts.buckets,
      strips: shown.map((name) => ({
        name,
        active: presence.get(name)!.starts,
        activeBuckets: presence.get(name)!.buckets,
        scored: scores.get(name)!,
      })),
    },
    { id: 'strips-mark', width: WIDTH },
  )
  const intro =
    told.length > 0
      ? 'When the processes of the findings were active, worst first; below them the rarest others that scored, to compare.'
      : 'When the rarest processes that scored were active.'
  return figure(mark, intro)
}

function timelines(hosts: readonly RankedHost[], span: Span): Markup {
  const known = hosts.filter(({ host }) => host.activity !== undefined)
  const shown = known.slice(0, MOST_TIMELINES).map(({ name, host, cells, blind }, i) => {
    const data = { ...span, name, activity: host.activity!, records: cells, blind }
    const caption = html`${value(name)} · ${counted(host.events, 'event')}`
    return figure(timeline(data, { id: `host-${i}`, width: WIDTH }), caption)
  })
  if (known.length === 0)
    return html`<p>No host has a timeline: events over time were not counted for any of ${counted(hosts.length, 'host')}.</p>`
  const rest = known.length - shown.length
  return html`${shown}${rest > 0 ? html`<p class="notes">${counted(rest, 'more host')} with lower scores ${rest === 1 ? 'is' : 'are'} only in the lanes above and the table below.</p>` : undefined}`
}
