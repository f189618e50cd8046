import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** What one run of a command took. */
export interface Cost {
  /** User and system time of all its threads, in seconds. */
  readonly cpu: number
  readonly wall: number
  /** The most memory that it held at a time, in 10⁶ bytes. */
  readonly peak: number
}

/** Linux counts the time of processes in hundredths of a second (`getconf CLK_TCK`), whatever its own clock does. */
const TICKS = 100
const LOOK_EVERY_MS = 10

/**
 * Runs a command to its end, one at a time, and throws away what it writes. The numbers are the kernel's own: the time of children
 * that have ended in `/proc/self/stat`, and the high-water mark of memory in `/proc/PID/status`, which only grows, so that the
 * last look shortly before the end is enough.
 *
 * @throws Error when the command cannot be started or fails
 */
export async function measure(command: string, args: readonly string[]): Promise<Cost> {
  const before = childSeconds()
  const started = performance.now()
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'ignore'] })
  let peak = 0
  const look = setInterval(() => {
    peak = Math.max(peak, peakOf(child.pid))
  }, LOOK_EVERY_MS)
  try {
    await new Promise<void>((resolve, reject) => {
      child.on('error', reject)
      child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${command} ended with ${code}`))))
    })
  } finally {
    clearInterval(look)
  }
  return { cpu: childSeconds() - before, wall: (performance.now() - started) / 1000, peak }
}

/** Fields 16 and 17 of proc_pid_stat(5), counted behind the name, which may hold anything. */
function childSeconds(): number {
  const stat = readFileSync('/proc/self/stat', 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[13]) + Number(fields[14])) / TICKS
}

/** `VmHWM` is in units of 1024 bytes; 0 once the process has ended. */
function peakOf(pid: number | undefined): number {
  try {
    const line = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))
    return line ? (Number(line[1]) * 1024) / 1e6 : 0
  } catch {
    return 0
  }
}
