import { readFileSync, statSync } from 'node:fs'

/**
 * The process that has a lock on a file, as Linux tells it; undefined where it does not (other systems, a process in another
 * container). The file itself must not be opened to find out: closing it again would drop the locks that this process has on it.
 */
export function lockHolder(path: string): number | undefined {
  try {
    const { ino } = statSync(path)
    const line = readFileSync('/proc/locks', 'utf8')
      .split('\n')
      .find((lock) => lock.includes(`:${ino} `))
    // `1: POSIX  ADVISORY  WRITE 4242 fe:00:1234 0 EOF`
    const pid = Number(line?.match(/ (?:READ|WRITE) +(\d+) /)?.[1])
    return pid > 0 ? pid : undefined
  } catch {
    return undefined
  }
}
