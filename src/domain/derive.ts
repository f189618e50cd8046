import type { EcsEvent } from './event.ts'
import { completeHost } from './identity.ts'
import { PROGRAM_VERSION, programOf } from './program.ts'

/** Fields that we add to every event when it comes in, so that stores can group by them. */
export const DERIVED: readonly string[] = ['oddsock.program', 'oddsock.program_version']

/** All fields that `deriveFields` and event identities look at; a partial event that holds them gets the same answers. */
export const DERIVED_FROM: readonly string[] = [
  'host.id',
  'host.name',
  'node',
  'event.module',
  'event.dataset',
  'auditd.message_type',
  'process.name',
  'process.executable',
  'process.args',
  'process.command_line',
  'process.title',
]

/**
 * The event with its derived fields: `host.name` where only another name of the host is known (`host` is the last resort), and
 * `oddsock.program` with the version of the rule that made it. Only we say what is in `oddsock.*`: what an event brings there
 * is dropped.
 */
export function deriveFields(event: EcsEvent, host?: string): EcsEvent {
  const complete = completeHost(withoutOurs(event), host)
  const program = programOf(complete)
  if (program === undefined) return complete
  return { ...complete, oddsock: { program, program_version: PROGRAM_VERSION } }
}

/** Whether a field is ours to fill in. */
export function isOurs(field: string): boolean {
  return field === 'oddsock' || field.startsWith('oddsock.')
}

function withoutOurs(event: EcsEvent): EcsEvent {
  for (const key in event)
    if (isOurs(key)) return Object.fromEntries(Object.entries(event).filter(([name]) => !isOurs(name)))
  return event
}
