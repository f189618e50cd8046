import type { AuditLine } from './parse-line.ts'
import { recordTypeNumber } from './tables/record-types.ts'

/**
 * The records of one event by the part that they play. The order in which they were logged does not matter, except between
 * records of one type.
 */
export interface Roles {
  /** Whose process and whose user the event is about: the system call if there is one. */
  readonly main: AuditLine
  /** What names the event: a record of its own meaning (AVC, CONFIG_CHANGE, USER_LOGIN, …) before the system call. */
  readonly title: AuditLine
  readonly syscall: AuditLine | undefined
  readonly sockaddr: AuditLine | undefined
  /** In the order of their items. */
  readonly paths: readonly AuditLine[]
  readonly execve: readonly AuditLine[]
  /** All others, the main record first. Their fields are the data of the event. */
  readonly data: readonly AuditLine[]
}

/** Records that only tell more about a system call. */
const DETAILS: ReadonlySet<string> = new Set(
  `SYSCALL URINGOP CWD PROCTITLE IPC IPC_SET_PERM SOCKETCALL MQ_OPEN MQ_SENDRECV MQ_NOTIFY MQ_GETSETATTR FD_PAIR OBJ_PID
  BPRM_FCAPS CAPSET MMAP NETFILTER_PKT OPENAT2 AVC_PATH MAC_TASK_CONTEXTS MAC_OBJ_CONTEXTS`.split(/\s+/),
)

/** Gives each record of an event its part; undefined if there is none but the mark of the event's end. */
export function assignRoles(lines: readonly AuditLine[]): Roles | undefined {
  let syscall: AuditLine | undefined
  let sockaddr: AuditLine | undefined
  const paths: AuditLine[] = []
  const execve: AuditLine[] = []
  const others: AuditLine[] = []
  for (const line of lines) {
    if (line.type === 'EOE') continue
    if (line.type === 'PATH') paths.push(line)
    else if (line.type === 'EXECVE') execve.push(line)
    else if (line.type === 'SOCKADDR') sockaddr ??= line
    else if (syscall === undefined && (line.type === 'SYSCALL' || line.type === 'URINGOP')) syscall = line
    else others.push(line)
  }
  if (others.length > 1) others.sort(byMeaning)
  const titled = others[0] && !DETAILS.has(others[0].type) ? others[0] : undefined
  const main = syscall ?? others[0] ?? sockaddr ?? execve[0] ?? paths[0]
  if (!main) return undefined
  const data = syscall ? [syscall, ...others] : others
  return { main, title: titled ?? main, syscall, sockaddr, paths: inOrder(paths), execve, data }
}

function byMeaning(a: AuditLine, b: AuditLine): number {
  const details = Number(DETAILS.has(a.type)) - Number(DETAILS.has(b.type))
  return details || recordTypeNumber(a.type) - recordTypeNumber(b.type) || (a.body < b.body ? -1 : 1)
}

function inOrder(paths: AuditLine[]): AuditLine[] {
  return paths.length > 1 ? paths.sort((a, b) => item(a) - item(b)) : paths
}

function item(path: AuditLine): number {
  return Number(path.fields.get('item') ?? 0)
}
