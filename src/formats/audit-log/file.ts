import type { AuditLine } from './parse-line.ts'
import { selinuxLabel } from './selinux.ts'

/** The file that an event is about: what its PATH record says. */
export interface FileObject {
  readonly path: string | undefined
  /** `file`, `directory`, … by the mode; undefined if the record has none. */
  readonly kind: string | undefined
  readonly record: AuditLine
}

/** File types by the upper bits of a mode (`linux/stat.h`), in Auditbeat's words. */
const KINDS: ReadonlyMap<number, string> = new Map([
  [0o140000, 'socket'],
  [0o120000, 'symlink'],
  [0o100000, 'file'],
  [0o060000, 'block-device'],
  [0o040000, 'directory'],
  [0o020000, 'character-device'],
  [0o010000, 'named-pipe'],
])

/** Picks the PATH of item `wanted` (or the first, if there are not so many), and passes over parents and failed look-ups behind it. */
export function fileObject(paths: readonly AuditLine[], wanted: number): FileObject | undefined {
  const from = wanted < paths.length ? wanted : 0
  const named = paths.slice(from).find((path) => !isOther(path)) ?? paths[from]
  if (!named) return undefined
  const mode = Number.parseInt(named.fields.get('mode') ?? '', 8)
  return { path: named.fields.get('name'), kind: KINDS.get(mode & 0o170000), record: named }
}

function isOther(path: AuditLine): boolean {
  const kind = path.fields.get('nametype') ?? path.fields.get('objtype')
  return kind === 'PARENT' || kind === 'UNKNOWN'
}

/** ECS `file.*` of the file that an event is about. */
export function ecsFile({ path, record }: FileObject): Record<string, unknown> {
  const { fields, enriched } = record
  const mode = Number.parseInt(fields.get('mode') ?? '', 8)
  const uid = fields.get('ouid')
  const gid = fields.get('ogid')
  return {
    ...(path !== undefined && { path }),
    ...(fields.has('inode') && { inode: fields.get('inode') }),
    ...(fields.has('rdev') && { device: fields.get('rdev') }),
    ...(!Number.isNaN(mode) && { mode: (mode & 0o777).toString(8).padStart(4, '0') }),
    ...(uid !== undefined && { uid, ...ownerName('owner', enriched.get('OUID'), uid) }),
    ...(gid !== undefined && { gid, ...ownerName('group', enriched.get('OGID'), gid) }),
    ...(fields.has('obj') && { selinux: selinuxLabel(fields.get('obj')!) }),
  }
}

function ownerName(key: 'owner' | 'group', enriched: string | undefined, id: string) {
  const name = enriched ?? (id === '0' ? 'root' : undefined)
  return name === undefined || name.startsWith('unknown(') ? {} : { [key]: name }
}
