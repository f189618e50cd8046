/** What a file is to the log that it belongs to. */
export interface Rotation {
  /** The path of the log that was rotated. */
  readonly stem: string
  /** Higher is older; the log itself is 0. A date is older the smaller it is. */
  readonly age: number
}

/** Ends above every date of 14 digits, so that all of them are older than the log itself. */
const AFTER_ALL_DATES = 1e15

/**
 * `audit.log.3.gz` → the third last generation of `audit.log`; `audit.log-20260131` → by date. Other names are their own log.
 *
 * @example rotationOf('logs/audit.log.3.gz') // { stem: 'logs/audit.log', age: 3 }
 */
export function rotationOf(path: string): Rotation {
  const name = path.replace(/\.(gz|zst)$/, '')
  const numbered = /^(.*\.log|(?:.*\/)?(?:messages|syslog))\.(\d{1,4})$/.exec(name)
  if (numbered) return { stem: numbered[1]!, age: Number(numbered[2]) }
  const dated = /^(.*\.log|(?:.*\/)?(?:messages|syslog))-(\d{8,14})$/.exec(name)
  if (dated) return { stem: dated[1]!, age: AFTER_ALL_DATES - Number(dated[2]!.padEnd(14, '0')) }
  return { stem: path, age: 0 }
}

/** Groups paths into logs, each oldest first, in the order in which the logs are first met. */
export function chainsOf(paths: readonly string[]): string[][] {
  const chains = new Map<string, string[]>()
  for (const path of paths) {
    const { stem } = rotationOf(path)
    const chain = chains.get(stem)
    if (chain) chain.push(path)
    else chains.set(stem, [path])
  }
  return [...chains.values()].map((chain) => chain.sort((a, b) => rotationOf(b).age - rotationOf(a).age))
}
