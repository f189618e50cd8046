import { greatest } from 'd3-array'
import { formatDuration } from '../../domain/time.ts'
import { html, type Markup } from '../escape.ts'
import { heldBackText, nearest, whatOf } from '../nearest.ts'
import type { Report, ReportJob, ReportRecord } from '../report.ts'
import { BEGINS, SCORE_STEPS, SIGNS, stepOf } from '../score-step.ts'
import { shortHistory } from '../short-history.ts'
import type { Story } from '../story.ts'
import { count, counted, listed, moment, scoreText, timeElement } from '../words.ts'

/** Title, the result in a sentence or two, and what to know before believing it. */
export function summary(report: Report, stories: readonly Story[]): Markup {
  return html`<p class="mark">oddsock · unusual network activity</p>
<h1>${report.title}</h1>
<p class="lead">${resultSentence(report, stories)}</p>
<p class="meta">${scope(report)} Made ${timeElement(report.generatedAt)}.</p>
${cautions(report)}`
}

/** A server may run none. */
const NO_JOB: Pick<ReportJob, 'id' | 'threshold'> = { id: '', threshold: 100 }

function resultSentence(report: Report, stories: readonly Story[]): string {
  const { range, counts, jobs } = report
  if (!range)
    return `Nothing to judge: ${counted(counts.bytes, 'byte')} in ${counted(report.inputs.length, 'input')} held no event.`
  const [{ id, threshold } = NO_JOB] = jobs
  const records = report.records.filter(({ job }) => job === id)
  const { heldBack } = nearest(records, threshold)
  const besides = heldBack.length > 0 ? ` ${heldBackText(heldBack, threshold)}.` : ''
  if (stories.length === 0) {
    const isReached = records.some((record) => record.record_score >= threshold)
    const head = isReached ? 'No alert to judge.' : `Nothing reached the threshold of ${threshold}.`
    return `${head} ${searched(report)}${besides || highest(records)}`
  }
  const kinds = [...SCORE_STEPS].reverse().flatMap((step) => {
    const n = stories.filter((story) => stepOf(story.head.score) === step).length
    return n > 0 ? [`${count(n)} ${step}`] : []
  })
  const alerts = report.alerts.length === stories.length ? '' : ` (${counted(report.alerts.length, 'alert')})`
  return `${counted(stories.length, 'story', 'stories')}${alerts} to judge: ${kinds.join(', ')}.${besides}`
}

/** What was looked at, for a page without findings. */
function searched({ counts, hosts, range, bucketSpan }: Report): string {
  const span = range ? ` from ${moment(range.from)} to ${moment(range.to)}` : ''
  return `Searched: ${counted(counts.matched, 'network event')} of ${counted(hosts.length, 'host')}${span}, in ${counted(counts.buckets, 'bucket')} of ${formatDuration(bucketSpan)}.`
}

function highest(records: readonly ReportRecord[]): string {
  const top = greatest(records, (record) => record.record_score)
  if (!top) return ' No record has a score above 0.'
  return ` The highest score was ${scoreText(top.record_score)}: ${whatOf(top)}.`
}

function scope({ range, counts, hosts }: Report): Markup | undefined {
  if (!range) return undefined
  return html`${counted(counts.events, 'event')} of ${counted(hosts.length, 'host')}, ${count(counts.matched)} of them on the network; ${timeElement(range.from)} to ${timeElement(range.to)} (${formatDuration(range.to - range.from)}).`
}

/** Short history, silent hosts and warnings, in one band; nothing if all is well. */
function cautions({ range, jobs, hosts, warnings }: Report): Markup | undefined {
  const silent = hosts.filter((host) => host.silentSince !== undefined)
  const lines = [
    ...(range ? shortHistory(range.to - range.from, jobs) : []),
    ...(silent.length > 0 ? [silence(silent)] : []),
    ...warnings,
  ]
  if (lines.length === 0) return undefined
  return html`<div class="band" role="note">${lines.map((line) => html`<p>${line}</p>`)}</div>`
}

function silence(silent: readonly { readonly name: string; readonly silentSince?: number }[]): string {
  const names = silent.map((host) => `${host.name} (since ${moment(host.silentSince!)})`)
  return `${counted(silent.length, 'host')} fell silent: ${listed(names, 5)}. What happened there afterwards is not in this report.`
}

/** What the signs and colours of a score mean. */
export function legend(): Markup {
  const items = SCORE_STEPS.map(
    (step) =>
      html`<li><span class="sign ${step}" aria-hidden="true">${SIGNS[step]}</span>${step}, from ${BEGINS[step]}</li>`,
  )
  return html`<ul class="legend" aria-label="Scores">${items}</ul>`
}
