import type { EventFields } from './event-fields.ts'
import type { AuditLine } from './parse-line.ts'
import type { Roles } from './roles.ts'
import type { SocketAddress } from './sockaddr.ts'

/** Fields that stand elsewhere in the document. */
const ELSEWHERE: ReadonlySet<string> = new Set(
  `pid ppid comm exe cwd proctitle key subj items ses res success argc auid uid gid euid egid suid sgid fsuid
  fsgid`.split(/\s+/),
)

/** `auditd.data`: every field that has no place of its own, the first of a name; the address of a socket under `socket`. */
export function eventData(roles: Roles, fields: EventFields, address: SocketAddress | undefined): object {
  const data = new Map<string, unknown>()
  for (const line of roles.data) {
    addFields(data, line, line.fields, fields)
    addFields(data, line, line.told, fields)
  }
  const argc = roles.execve.find((line) => line.fields.has('argc'))?.fields.get('argc')
  if (argc !== undefined) data.set('argc', argc)
  if (address) data.set('socket', socketData(roles, address))
  return Object.fromEntries(data) // own properties whatever the names, `__proto__` too
}

function addFields(
  data: Map<string, unknown>,
  line: AuditLine,
  from: ReadonlyMap<string, string>,
  fields: EventFields,
): void {
  for (const [key, value] of from) {
    if (ELSEWHERE.has(key) || data.has(key)) continue
    data.set(key, fields.named(line.type, key, value))
  }
}

function socketData({ sockaddr }: Roles, { family, ip, port, path, details }: SocketAddress): object {
  const raw = sockaddr?.fields.get('saddr')
  return {
    family,
    ...(ip !== undefined && { addr: ip }),
    ...(port !== undefined && { port }),
    ...(path !== undefined && { path }),
    ...(details && Object.fromEntries(details)),
    ...(ip === undefined && path === undefined && raw !== undefined && { saddr: raw }),
  }
}

/** `auditd.paths`: the PATH records as they are, labels taken apart. */
export function pathData(paths: readonly AuditLine[]): object[] {
  return paths.map(({ fields }) => Object.fromEntries(fields))
}

/** The keys of the audit rules that caught the event; several are kept apart by a byte 0x01, old kernels write `key=` twice. */
export function tagsOf({ data }: Roles): string[] {
  const tags: string[] = []
  for (const { fields } of data) {
    const keys = fields.get('key')
    if (keys === undefined) continue
    for (const key of keys.split('\x01')) {
      const tag = key.startsWith('key=') ? key.slice(4) : key
      if (tag !== '' && !tags.includes(tag)) tags.push(tag)
    }
  }
  return tags
}
