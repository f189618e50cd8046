import type { EventFields } from './event-fields.ts'
import type { AuditLine } from './parse-line.ts'
import type { Roles } from './roles.ts'

/** ECS `process.*`. `name` is the kernel's name of the thread (`comm`, at most 15 bytes), `title` its command line. */
export function ecsProcess(roles: Roles, fields: EventFields): Record<string, unknown> | undefined {
  const pid = processId(fields.get('pid'))
  const parent = processId(fields.get('ppid'))
  const title = fields.get('proctitle')
  const name = fields.get('comm')
  const executable = fields.get('exe')
  const directory = fields.get('cwd')
  const args = roles.execve.length > 0 ? execveArguments(roles.execve) : []
  const process = {
    ...(pid !== undefined && { pid }),
    ...(parent !== undefined && { parent: { pid: parent } }),
    ...(name !== undefined && { name }),
    ...(executable !== undefined && { executable }),
    ...(title !== undefined && { title }),
    ...(args.length > 0 && { args }),
    ...(directory !== undefined && { working_directory: directory }),
  }
  for (const _ in process) return process
  return undefined
}

function processId(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined
}

const ARGUMENT = /^a(\d{1,7})(?:\[(\d{1,7})\])?$/

/**
 * The arguments of a program in their order. Many or long ones come in several EXECVE records, a long one in pieces
 * (`a1[0]`, `a1[1]`, …); what was lost on the way is left out.
 */
function execveArguments(records: readonly AuditLine[]): string[] {
  const whole = new Map<number, string>()
  const pieces = new Map<number, Map<number, string>>()
  for (const { fields } of records)
    for (const [key, value] of fields) {
      const match = ARGUMENT.exec(key)
      if (!match) continue
      const index = Number(match[1])
      if (match[2] === undefined) whole.set(index, value)
      else pieces.set(index, (pieces.get(index) ?? new Map()).set(Number(match[2]), value))
    }
  for (const [index, parts] of pieces) whole.set(index, joinPieces(parts))
  return [...whole].sort(([a], [b]) => a - b).map(([, value]) => value)
}

/** Pieces are cut between any two bytes, also inside of a character: they are joined before they are decoded. */
function joinPieces(parts: ReadonlyMap<number, string>): string {
  const inOrder = [...parts].sort(([a], [b]) => a - b).map(([, part]) => part)
  return Buffer.concat(
    inOrder.map((part) => (part.startsWith('"') ? Buffer.from(part.slice(1, -1)) : Buffer.from(part, 'hex'))),
  ).toString('utf8')
}
