import { splitCommandLine } from './command-line.ts'
import type { EcsEvent } from './event.ts'
import { text, values } from './field.ts'
import { withoutDeleted } from './program-path.ts'

/** How a process calls itself, beside the file that it runs. Stored as `oddsock.argv0`. */
export type Argv0Class = 'file' | 'unlike' | 'bracketed'

/** Names of kernel threads (`kworker/0:1`, `ksoftirqd/3`): a process with a file behind it is none of them. */
const KERNEL_THREAD =
  /^(?:kworker|ksoftirqd|kswapd|kthreadd|kdevtmpfs|kcompactd|khugepaged|kauditd|khungtaskd|migration|watchdog|rcu_\w+|cpuhp|idle_inject|jbd2|scsi_eh_\d+|xfsaild)\b/

/**
 * How a process calls itself: `bracketed` like a kernel thread although it has a file, `file` after its file or its thread (which
 * is how a script or a link is named), `unlike` both. Undefined where its file or its first argument is not known.
 *
 * @example argv0ClassOf({ process: { executable: '/tmp/x', args: ['[kworker/0:1]'] } }) // 'bracketed'
 */
export function argv0ClassOf(event: EcsEvent): Argv0Class | undefined {
  const executable = text(event, 'process.executable')
  const thread = text(event, 'process.name') ?? ''
  if (!executable?.startsWith('/')) return undefined
  if (KERNEL_THREAD.test(thread)) return 'bracketed'
  const argv0 = firstArgument(event)
  if (!argv0) return undefined
  if (argv0.startsWith('[')) return 'bracketed'
  const name = fileName(argv0.replace(/^-/, '')).replace(/:$/, '')
  return isLike(name, fileName(withoutDeleted(executable))) || isLike(name, thread) ? 'file' : 'unlike'
}

function firstArgument(event: EcsEvent): string | undefined {
  const args = values(event, 'process.args')
  if (args.length > 0) return String(args[0])
  const line = text(event, 'process.command_line') ?? text(event, 'process.title')
  return line === undefined ? undefined : splitCommandLine(line)[0]
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** `python3` runs `python3.11`, and a thread name ends after 15 bytes: one may be the beginning of the other. */
function isLike(a: string, b: string): boolean {
  return a !== '' && b !== '' && (a.startsWith(b) || b.startsWith(a))
}
