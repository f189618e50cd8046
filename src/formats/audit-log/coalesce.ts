import type { EcsEvent } from '../../domain/event.ts'
import { isoTime } from '../../domain/time.ts'
import { eventData, pathData, tagsOf } from './event-data.ts'
import { EventFields } from './event-fields.ts'
import { ecsFile, fileObject } from './file.ts'
import { learnNames, type NamesOfEvent } from './names.ts'
import { addressOf, ecsNetwork } from './network.ts'
import type { AuditLine } from './parse-line.ts'
import { ecsProcess } from './process.ts'
import { assignRoles, type Roles } from './roles.ts'
import type { SocketAddress } from './sockaddr.ts'
import { type Summary, summarise } from './summary.ts'
import { unset } from './unset.ts'
import { ecsUser, hasKeys } from './user.ts'

/**
 * Makes one ECS document of the records of one audit event, with the fields and values that Auditbeat and Auditd Manager
 * give (facts of go-libaudit, `aucoalesce`). `host` names the machine where the records do not.
 *
 * Undefined if the records hold nothing but the mark of an event's end.
 */
export function coalesce(lines: readonly AuditLine[], host?: string): EcsEvent | undefined {
  const roles = assignRoles(lines)
  if (!roles) return undefined
  const fields = new EventFields(roles)
  const address = addressOf(roles)
  const summary = summarise(roles, fields, address)
  const names = learnNames(roles)
  const { serial, node, time } = roles.main
  const event: Record<string, unknown> = {
    '@timestamp': isoTime(time),
    ecs: { version: '8.0.0' },
    event: ecsEvent(summary, fields, serial),
    host: ecsHost(node === '' ? host : node),
    service: { type: 'auditd' },
  }
  Object.assign(event, ecsUser(roles, fields, summary, names), ecsNetwork(roles, fields, address))
  const process = ecsProcess(roles, fields)
  if (hasKeys(process)) event.process = process
  const file = ecsFileOf(roles, summary)
  if (file) event.file = file
  const tags = tagsOf(roles)
  if (tags.length > 0) event.tags = tags
  event.auditd = auditd(lines, roles, fields, address, summaryFields(summary, names))
  return event
}

function ecsHost(name: string | undefined): object {
  return name === undefined ? { os: { type: 'linux' } } : { name, os: { type: 'linux' } }
}

function auditd(
  lines: readonly AuditLine[],
  roles: Roles,
  fields: EventFields,
  address: SocketAddress | undefined,
  summary: object,
): object {
  const told: Record<string, unknown> = {
    sequence: roles.main.serial,
    result: fields.result,
    message_type: roles.title.type.toLowerCase(),
    summary,
    data: eventData(roles, fields, address),
  }
  // "unset" for processes that belong to no login session
  const session = unset(fields.get('ses') ?? fields.get('new_ses'))
  if (session !== undefined && session !== 'unset') told.session = session
  if (roles.paths.length > 0) told.paths = pathData(roles.paths)
  if (lines.some((line) => line.truncated)) told.warnings = warnings(lines)
  return told
}

const OUTCOMES = { success: 'success', fail: 'failure', unknown: 'unknown' } as const

function ecsEvent({ action, category, type }: Summary, { result }: EventFields, serial: number): object {
  const event: Record<string, unknown> = { kind: 'event', module: 'auditd' }
  if (action !== undefined) event.action = action
  if (category.length > 0) event.category = category
  if (type.length > 0) event.type = type
  event.outcome = OUTCOMES[result]
  event.sequence = serial
  return event
}

function ecsFileOf(roles: Roles, { normalisation: { what, path } }: Summary): object | undefined {
  if (what !== 'file' && what !== 'filesystem') return undefined
  const file = fileObject(roles.paths, path ?? 0)
  return file && ecsFile(file)
}

/** `auditd.summary`; who acted is told by name where it is known. */
function summaryFields({ actor, object, how }: Summary, { users }: NamesOfEvent): object {
  const named = (id: string | undefined) => id && (users.of(id) ?? id)
  const summary: Record<string, unknown> = {
    actor: { primary: named(actor.primary), secondary: named(actor.secondary) },
  }
  if (object.type !== undefined || object.primary !== undefined || object.secondary !== undefined)
    summary.object = object
  if (how !== undefined) summary.how = how
  return summary
}

function warnings(lines: readonly AuditLine[]): string[] {
  const cut = lines.filter((line) => line.truncated).map((line) => `${line.type} record ends inside of a value`)
  return [...new Set(cut)]
}
