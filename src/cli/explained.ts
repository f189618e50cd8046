import type { Answer } from '../domain/alert.ts'
import { QUESTION_WORDS, type ToldAlert } from '../report/told-alert.ts'
import { visible } from '../report/visible.ts'
import { type Terminal, wrapped } from './terminal.ts'

/** Room for the names of lines below an alert. */
export const NAMES = 22

/** A line below an alert: its name in a column, and what is cut nowhere, but broken into lines, since it is to be read. */
export async function printNamed(name: string, says: string, terminal: Terminal, indent = '  '): Promise<void> {
  const shown = terminal.paint(visible(name, NAMES).padEnd(NAMES), 'dim')
  await terminal.out(`${indent}${shown} ${wrapped(says, terminal.columns, ' '.repeat(indent.length + NAMES + 1))}`)
}

/** What whoever judges an alert asks, answered. */
export async function printAnswers(answers: readonly Answer[], terminal: Terminal, indent?: string): Promise<void> {
  for (const { question, says } of answers) await printNamed(QUESTION_WORDS[question], says, terminal, indent)
}

/** The answers, what made the score, and what would have made it no alert. */
export async function printExplained(
  { answers, reasons, unless }: ToldAlert,
  terminal: Terminal,
  indent: string,
): Promise<void> {
  await printAnswers(answers, terminal, indent)
  for (const { nats, sentence } of reasons)
    await printNamed(`${nats < 0 ? '' : '+'}${nats.toFixed(1)}`, sentence, terminal, indent)
  for (const end of unless) await printNamed('would not alert if', end, terminal, indent)
}
