import type { Alert } from '../domain/alert.ts'
import type { NoveltyTerm } from '../domain/anomaly-record.ts'
import { text } from '../domain/field.ts'
import { count, counted } from '../domain/words.ts'
import { jsonLine } from '../report/json-line.ts'
import { hasJoined, toldAlert } from '../report/told-alert.ts'
import { visible } from '../report/visible.ts'
import { verdictsOf } from '../triage/workflow.ts'
import { printAlert, SHORT_ID } from './alert-lines.ts'
import { NAMES, printAnswers } from './explained.ts'
import type { Terminal } from './terminal.ts'

/** Room for a value. */
const VALUE = 100
const EVENTS = 3

/** An alert on as many lines as it takes: what it says, what whoever judges it asks, what made its score, what its events have in common, and what was said of it. */
export async function showAlert(alert: Alert, terminal: Terminal): Promise<void> {
  await printAlert(alert, terminal)
  const line = (name: string, value: string) =>
    terminal.out(`  ${terminal.paint(visible(name, NAMES).padEnd(NAMES), 'dim')} ${value}`)
  for (const [name, value] of facts(alert)) await line(name, visible(value, VALUE))
  await printAnswers(toldAlert(alert).answers, terminal)
  for (const [name, value] of [...reasons(alert), ...shares(alert), ...verdicts(alert)])
    await line(name, visible(value, VALUE))
  const { evidence } = toldAlert(alert)
  const shown = evidence.events.slice(0, EVENTS)
  if (shown.length > 0) await terminal.out(`  ${counted(shown.length, 'event')} of ${count(evidence.count)}`)
  for (const event of shown) await terminal.out(`    ${jsonLine(event)}`)
  if (evidence.count > shown.length || hasJoined(alert))
    await terminal.out(`  all events: oddsock alerts events ${visible(alert['kibana.alert.uuid'].slice(0, SHORT_ID))}`)
}

type Line = readonly [name: string, value: string]

function facts(alert: Alert): Line[] {
  const told = (name: string, ...fields: string[]): Line[] => {
    const values = fields.map((field) => text(alert, field)).filter((value) => value !== undefined)
    return values.length === 0 ? [] : [[name, values.join(' · ')]]
  }
  return [
    ['id', alert['kibana.alert.uuid']],
    ...told('status', 'kibana.alert.workflow_status', 'kibana.alert.workflow_reason', 'oddsock.alert.phase'),
    ...told('found', '@timestamp'),
    ...told('first and last event', 'oddsock.first_seen', 'oddsock.last_seen'),
    ...told('rule', 'kibana.alert.rule.name', 'kibana.alert.rule.rule_id', 'kibana.alert.severity'),
    ...told('job', 'job_id'),
    ['score', `${Number(alert.record_score).toFixed(1)} of 100`],
  ]
}

/** What raised the score and what lowered it, where the job tells. */
function reasons({ oddsock }: Alert): Line[] {
  const { terms = [] } = (oddsock ?? {}) as { readonly terms?: readonly NoveltyTerm[] }
  return [...terms]
    .sort((a, b) => b.nats - a.nats)
    .map(({ nats, sentence }) => [`${nats < 0 ? '' : '+'}${nats.toFixed(1)}`, sentence])
}

function shares(alert: Alert): Line[] {
  return toldAlert(alert).evidence.facets.map(({ field, values, others }) => [
    field,
    [
      ...values.slice(0, 5).map(({ value, count: many }) => `${visible(value, 60)} (${count(many)})`),
      ...(others + Math.max(0, values.length - 5) > 0
        ? [`${count(others + Math.max(0, values.length - 5))} more`]
        : []),
    ].join(', '),
  ])
}

function verdicts(alert: Alert): Line[] {
  return verdictsOf(alert).map(({ at, status, reason, teaches, by, note }) => [
    at,
    [
      `${status}${by ? ` by ${by}` : ''}`,
      ...(reason ? [reason] : []),
      ...(teaches ? [teaches] : []),
      ...(note ? [note] : []),
    ].join(' · '),
  ])
}
