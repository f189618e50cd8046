import type { EventFields } from './event-fields.ts'
import { fileObject } from './file.ts'
import type { Roles } from './roles.ts'
import type { SocketAddress } from './sockaddr.ts'
import { ANY_SYSCALL, APPARMOR, type Normalisation, RECORDS, SELINUX, SYSCALLS } from './tables/normalisations.ts'
import { unset } from './unset.ts'

/** What happened, in the words of Auditbeat: `auditd.summary` and `event.{action,category,type}`. */
export interface Summary {
  readonly normalisation: Normalisation
  readonly action: string | undefined
  readonly category: readonly string[]
  readonly type: readonly string[]
  readonly actor: { readonly primary: string | undefined; readonly secondary: string | undefined }
  readonly object: {
    readonly type: string | undefined
    readonly primary: string | undefined
    readonly secondary: string | undefined
  }
  readonly how: string | undefined
}

/** Looks up the meaning of an event: the record type's own, joined by that of the system call which stands behind it. */
export function summarise(roles: Roles, fields: EventFields, address: SocketAddress | undefined): Summary {
  const call = callMeaning(fields)
  const own = recordMeaning(roles, fields)
  const meaning = own ?? call ?? UNKNOWN
  const both = own !== undefined && call !== undefined
  return {
    normalisation: meaning,
    action: own || call ? meaning.action : roles.title.type.toLowerCase().replaceAll('_', '-'),
    category: both ? joined(own.category, call.category) : meaning.category,
    type: both ? joined(own.type, call.type) : meaning.type,
    actor: {
      primary: first(meaning.actor?.primary, (key) => fields.get(key)) ?? unset(fields.get('auid')),
      secondary: first(meaning.actor?.secondary, (key) => fields.told(key)) ?? fields.get('uid'),
    },
    object: objectOf(meaning, roles, fields, address),
    how: first(meaning.how, (key) => howValue(key, fields)) ?? how(fields),
  }
}

const UNKNOWN: Normalisation = { category: [], type: ['info'] }

/** What a system call means; one without a row of its own is something that a process does. */
function callMeaning(fields: EventFields): Normalisation | undefined {
  if (fields.syscall === undefined && fields.call === undefined) return undefined
  return SYSCALLS.get(fields.call ?? '') ?? ANY_SYSCALL
}

function recordMeaning({ title, syscall }: Roles, fields: EventFields): Normalisation | undefined {
  if (title === syscall) return undefined
  if (title.type === 'AVC') return fields.get('apparmor') === undefined ? SELINUX : APPARMOR
  if (title.type.startsWith('APPARMOR')) return APPARMOR
  return RECORDS.get(title.type)
}

function joined(own: readonly string[], more: readonly string[]): readonly string[] {
  return [...new Set([...own, ...more])]
}

function first(keys: readonly string[] | undefined, get: (key: string) => string | undefined): string | undefined {
  for (const key of keys ?? []) {
    const value = get(key)
    if (value !== undefined) return unset(value)
  }
  return undefined
}

function objectOf(meaning: Normalisation, roles: Roles, fields: EventFields, address: SocketAddress | undefined) {
  const { what, object } = meaning
  const get = (key: string) => (key === 'syscall' ? fields.syscall : fields.told(key))
  const primary = first(object?.primary, get)
  const secondary = first(object?.secondary, get)
  if (what === 'file' || what === 'filesystem') {
    const file = fileObject(roles.paths, meaning.path ?? 0)
    return { type: file?.kind ?? what, primary: primary ?? file?.path, secondary }
  }
  if (what === 'socket') return { type: what, primary: address?.ip ?? address?.path, secondary: portOf(address) }
  return { type: what, primary, secondary }
}

function portOf(address: SocketAddress | undefined): string | undefined {
  return address?.port === undefined ? undefined : String(address.port)
}

const INTERPRETER = /^\/usr\/bin\/(?:python|sh|bash|perl)/

/** The program, or the script where the program is an interpreter: the kernel names the thread after it. */
function how(fields: EventFields): string | undefined {
  const exe = fields.get('exe')
  if (exe === undefined || INTERPRETER.test(exe)) return fields.get('comm') ?? exe
  return exe
}

function howValue(key: string, fields: EventFields): string | undefined {
  if (key === 'syscall') return fields.syscall
  const value = fields.get(key)
  return value === undefined ? undefined : fields.named('', key, value)
}
