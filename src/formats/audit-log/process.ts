import type { EventFields } from './event-fields.ts'
import type { AuditLine } from './parse-line.ts'
import type { Roles } from './roles.ts'

/** ECS `process.*`. */
export interface EcsProcess {
  pid?: number
  parent?: { pid: number }
  /** The kernel's name of the thread (`comm`): at most 15 bytes. */
  name?: string
  executable?: string
  /** The command line, as much of it as the kernel keeps for the audit log: 128 bytes. */
  title?: string
  args?: string[]
  working_directory?: string
}

/** The process that an event is about. */
export function ecsProcess({ execve }: Roles, fields: EventFields): EcsProcess {
  const process: EcsProcess = {}
  const pid = processId(fields.get('pid'))
  if (pid !== undefined) process.pid = pid
  const parent = processId(fields.get('ppid'))
  if (parent !== undefined) process.parent = { pid: parent }
  const name = fields.get('comm')
  if (name !== undefined) process.name = name
  const executable = fields.get('exe')
  if (executable !== undefined) process.executable = executable
  const title = fields.get('proctitle')
  if (title !== undefined) process.title = title
  const directory = fields.get('cwd')
  if (directory !== undefined) process.working_directory = directory
  if (execve.length > 0) process.args = execveArguments(execve)
  return process
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
    inOrder.map((part) => (part.startsWith('"') ? Buffer.from(part.slice(1)) : Buffer.from(part, 'hex'))),
  ).toString('utf8')
}
