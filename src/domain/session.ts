import type { EcsEvent } from './event.ts'
import { text } from './field.ts'

/**
 * Whether a person sits behind a process, as far as a source tells: audit records of system calls carry the terminal and the
 * login user of the process, other sources neither. Undefined where the source does not tell.
 */
export type YesNo = 'yes' | 'no'

/** What the kernel writes for a process without a terminal. */
const NO_TERMINAL: ReadonlySet<string> = new Set(['(none)', '?', ''])

/** Whether the process has a terminal. Stored as `oddsock.terminal`. */
export function terminalOf(event: EcsEvent): YesNo | undefined {
  const tty = text(event, 'auditd.data.tty')
  if (tty === undefined) return undefined
  return NO_TERMINAL.has(tty) ? 'no' : 'yes'
}

/** The kernel's "nobody logged in", as Auditbeat and the kernel itself write it. */
const NO_LOGIN: ReadonlySet<string> = new Set(['unset', '4294967295', '-1', ''])

/**
 * Whether the process descends from a login. Stored as `oddsock.login`. Shippers leave `user.audit` out when nobody logged in, and
 * some always do: then the actor of the summary tells, which is the login user in records of system calls. If that is missing as
 * well, the terminal tells at least that the record was there.
 */
export function loginOf(event: EcsEvent): YesNo | undefined {
  const terminal = terminalOf(event)
  const login = text(event, 'user.audit.id') ?? (terminal && text(event, 'auditd.summary.actor.primary'))
  if (login !== undefined) return NO_LOGIN.has(login) ? 'no' : 'yes'
  return terminal && 'no'
}
