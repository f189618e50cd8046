import type { EcsEvent } from '../../domain/event.ts'
import { isoTime } from '../../domain/time.ts'
import { eventData, pathData, tagsOf } from './event-data.ts'
import { EventFields } from './event-fields.ts'
import { ecsFile, fileObject } from './file.ts'
import { addressOf, ecsNetwork } from './network.ts'
import type { AuditLine } from './parse-line.ts'
import { ecsProcess } from './process.ts'
import { assignRoles, type Roles } from './roles.ts'
import { type Summary, summarise, unset } from './summary.ts'
import { ecsUser } from './user.ts'

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
  const network = ecsNetwork(roles, fields, address)
  const process = ecsProcess(roles, fields)
  const file = ecsFileOf(roles, summary)
  const tags = tagsOf(roles)
  const { serial, node } = roles.main
  const name = node === '' ? host : node
  return {
    '@timestamp': isoTime(roles.main.time),
    ecs: { version: '8.0.0' },
    event: ecsEvent(summary, fields, serial),
    host: { ...(name !== undefined && { name }), os: { type: 'linux' } },
    service: { type: 'auditd' },
    ...ecsUser(roles, fields, summary),
    ...(process && { process }),
    ...(file && { file }),
    ...(network.source && { source: network.source }),
    ...('destination' in network && network.destination && { destination: network.destination }),
    ...(network.direction && { network: { direction: network.direction } }),
    ...(tags.length > 0 && { tags }),
    auditd: {
      sequence: serial,
      result: fields.result,
      ...session(fields),
      message_type: roles.title.type.toLowerCase(),
      summary: auditdSummary(summary),
      data: eventData(roles, fields, address),
      ...(roles.paths.length > 0 && { paths: pathData(roles.paths) }),
      ...warnings(lines),
    },
  }
}

const OUTCOMES = { success: 'success', fail: 'failure', unknown: 'unknown' } as const

function ecsEvent({ action, category, type }: Summary, fields: EventFields, serial: number): object {
  return {
    kind: 'event',
    module: 'auditd',
    ...(action !== undefined && { action }),
    ...(category.length > 0 && { category }),
    ...(type.length > 0 && { type }),
    outcome: OUTCOMES[fields.result],
    sequence: serial,
  }
}

function ecsFileOf(roles: Roles, { normalisation: { what, path } }: Summary): object | undefined {
  if (what !== 'file' && what !== 'filesystem') return undefined
  const file = fileObject(roles.paths, path ?? 0)
  return file && ecsFile(file)
}

/** The login session; absent for processes that belong to none. */
function session(fields: EventFields): { session?: string } {
  const ses = unset(fields.get('ses'))
  return ses === undefined || ses === 'unset' ? {} : { session: ses }
}

function auditdSummary({ actor, object, how }: Summary): object {
  const what = compact({ type: object.type, primary: object.primary, secondary: object.secondary })
  return {
    actor: compact({ primary: actor.primary, secondary: actor.secondary }),
    ...(what && { object: what }),
    ...(how !== undefined && { how }),
  }
}

function compact(fields: Record<string, string | undefined>): object | undefined {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined)
  return present.length > 0 ? Object.fromEntries(present) : undefined
}

function warnings(lines: readonly AuditLine[]): { warnings?: string[] } {
  const cut = lines.filter((line) => line.truncated).map((line) => `${line.type} record ends inside of a value`)
  return cut.length > 0 ? { warnings: [...new Set(cut)] } : {}
}
