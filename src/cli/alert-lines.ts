import type { Alert, Evidence } from '../domain/alert.ts'
import { text, values } from '../domain/field.ts'
import { count, counted, moment } from '../domain/words.ts'
import { type ScoreStep, stepOf } from '../report/score-step.ts'
import type { Story } from '../report/story.ts'
import { type ToldAlert, toldAlert } from '../report/told-alert.ts'
import { visible } from '../report/visible.ts'
import { scoreText } from '../report/words.ts'
import { type Color, type Terminal, wrapped } from './terminal.ts'

/** Alerts of one process for a person: score in figures and words, the sentence of the worst, and how many more there are. */
export async function printStory({ head: worst, alerts, hosts, events }: Story, terminal: Terminal): Promise<void> {
  const more = alerts.length - 1
  await printTold(worst, terminal, [
    ...(more > 0
      ? [
          `${count(more)} more like it on ${hosts.length === 1 ? 'this host' : `${hosts.length} hosts`}, ${counted(events, 'event')} in all`,
        ]
      : []),
  ])
}

/** An alert of the store for a person: as a story of its own, with the short id by which the other commands know it. */
export async function printAlert(alert: Alert, terminal: Terminal): Promise<void> {
  const status = alert['kibana.alert.workflow_status']
  const phase = text(alert, 'oddsock.alert.phase')
  await printTold(toldAlert(alert), terminal, [
    ...(status === 'open' ? [] : [status]),
    ...(phase === undefined || phase === 'confirmed' ? [] : [phase]),
    visible(alert['kibana.alert.uuid'].slice(0, SHORT_ID)),
  ])
}

/** So much of an id tells it from all others that one ever has. */
export const SHORT_ID = 8

/** Score in figures and words, the sentence, and a line of details: when its first event was, what else, and the command line. */
async function printTold(alert: ToldAlert, terminal: Terminal, others: readonly string[]): Promise<void> {
  const step = stepOf(alert.score)
  const head = `${scoreText(alert.score).padStart(3)} ${step.padEnd(8)}`
  const indent = ' '.repeat(head.length + 1)
  await terminal.out(
    `${terminal.paint(head, COLORS[step], 'bold')} ${wrapped(alert.sentence, terminal.columns, indent)}`,
  )
  const details = [
    ...[alert.firstSeen ?? alert.bucket].flatMap((time) => (time === undefined ? [] : [moment(time)])),
    ...commandOf(alert.evidence),
    ...others,
  ]
  await terminal.out(`${indent}${terminal.paint(details.join(' · '), 'dim')}`)
}

const COLORS: Readonly<Record<ScoreStep, Color>> = { critical: 'red', major: 'yellow', minor: 'blue', warning: 'dim' }

function commandOf({ facets }: Evidence): string[] {
  for (const field of ['process.args', 'process.command_line', 'process.title']) {
    const line = facets.find((facet) => facet.field === field)?.values[0]?.value
    if (line) return [visible(line, 100)]
  }
  return []
}

const COLUMNS = [
  'timestamp',
  'record_score',
  'process.name',
  'host.name',
  'user.name',
  'destination.ip',
  'destination.port',
  'kibana.alert.severity',
  'kibana.alert.reason',
  'kibana.alert.uuid',
]

export async function printCsvHeader(terminal: Terminal): Promise<void> {
  await terminal.out(COLUMNS.join(','))
}

export async function printCsv(alert: Alert, terminal: Terminal): Promise<void> {
  await terminal.out(COLUMNS.map((column) => csvCell(values(alert, column).join(' '))).join(','))
}

/** A cell that a spreadsheet takes as text: what it would read as a formula gets an apostrophe in front. */
export function csvCell(value: string): string {
  const shown = visible(value)
  const harmless = /^[=+\-@\t\r]/.test(shown) && Number.isNaN(Number(shown)) ? `'${shown}` : shown
  return /[",\n\r]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
