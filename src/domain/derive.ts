import { argv0ClassOf } from './argv0.ts'
import { type DirectoryClass, directoryClassOf } from './directory-class.ts'
import type { EcsEvent } from './event.ts'
import { completeHost } from './identity.ts'
import { peerOf } from './peer.ts'
import { INLINE, PROGRAM_VERSION, readProgram } from './program.ts'
import { loginOf, terminalOf } from './session.ts'

/** Fields that we add to every event when it comes in, so that stores can group by them. */
export const DERIVED: readonly string[] = [
  'oddsock.program',
  'oddsock.program_version',
  'oddsock.directory',
  'oddsock.argv0',
  'oddsock.terminal',
  'oddsock.login',
  'oddsock.peer.ip',
  'oddsock.peer.port',
]

/** What identities and `oddsock.program` are made from; with it, whatever else is derived from the program. */
const ALWAYS_FROM: readonly string[] = [
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

/** What the other derived fields are made from, by the field or its beginning. */
const FROM: ReadonlyMap<string, readonly string[]> = new Map([
  ['oddsock.terminal', ['auditd.data.tty']],
  ['oddsock.login', ['user.audit.id', 'auditd.summary.actor.primary', 'auditd.data.tty']],
  ['oddsock.peer', ['network.direction', 'source.ip', 'destination.ip', 'destination.port']],
])

/**
 * The fields of an event that these derived fields, and the event's identity, are made from: a partial event that holds them gets
 * the same answers.
 */
export function derivedFrom(fields: readonly string[]): readonly string[] {
  const asked = [...FROM].filter(([beginning]) => fields.some((field) => field.startsWith(beginning)))
  return [...ALWAYS_FROM, ...asked.flatMap(([, from]) => from)]
}

/**
 * The event with its derived fields: `host.name` where only another name of the host is known (`host` is the last resort), and
 * under `oddsock` which program it is about (with the version of the rule that told), in what kind of place its code lies, how it
 * calls itself, whether a person sits behind it, and who is at the other end. What an event does not tell is left out.
 * Only we say what is in `oddsock.*`: what an event brings there is dropped.
 */
export function deriveFields(event: EcsEvent, host?: string): EcsEvent {
  const complete = completeHost(withoutOurs(event), host)
  const program = readProgram(complete)
  const told: Record<string, unknown> = {}
  if (program) {
    told.program = program.name
    told.program_version = PROGRAM_VERSION
    tell(told, 'directory', placeOf(program.path))
  }
  tell(told, 'argv0', argv0ClassOf(complete))
  tell(told, 'terminal', terminalOf(complete))
  tell(told, 'login', loginOf(complete))
  tell(told, 'peer', peerOf(complete))
  return Object.keys(told).length === 0 ? complete : { ...complete, oddsock: told }
}

/** A name alone, or a path from somewhere, tells no place. */
function placeOf(path: string): DirectoryClass | undefined {
  return path.startsWith('/') || path === INLINE ? directoryClassOf(path) : undefined
}

function tell(told: Record<string, unknown>, name: string, value: unknown): void {
  if (value !== undefined) told[name] = value
}

/** Whether a field is ours to fill in. */
export function isOurs(field: string): boolean {
  return field === 'oddsock' || field.startsWith('oddsock.')
}

/** The event without anything under `oddsock`; the same object where there is nothing. */
export function withoutOurs(event: EcsEvent): EcsEvent {
  for (const key in event)
    if (isOurs(key)) return Object.fromEntries(Object.entries(event).filter(([name]) => !isOurs(name)))
  return event
}
