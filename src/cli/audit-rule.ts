import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** The rule without which nothing tells who uses the network (docs/how-to/record-connects.md). */
export const CONNECT_RULE = 'auditctl -a always,exit -F arch=b64 -S connect -k net'

/** How much of the machine's connects its audit rules record. */
export type ConnectRule =
  | { readonly kind: 'all' }
  /** Only where these conditions hold. */
  | { readonly kind: 'some'; readonly where: readonly string[] }
  | { readonly kind: 'none' }

/** Conditions that say which calls are meant, and leave none of them out. */
const HARMLESS = /^(arch=(b64|x86_64|aarch64)|key=.*|success=1)$/
/** `connect` by its name, by its number on x86-64, or among all. */
const CONNECT: ReadonlySet<string> = new Set(['connect', '42', 'all'])

/**
 * Finds the rule for `connect` in what `auditctl -l` prints. Rules are asked in order and the first that fits decides, so a `never`
 * before it may hide it all.
 *
 * @example connectRuleIn('-a always,exit -F arch=b64 -S connect -F key=net') // { kind: 'all' }
 */
export function connectRuleIn(list: string): ConnectRule {
  const some: string[] = []
  for (const line of list.split('\n')) {
    const words = line.trim().split(/\s+/)
    const after = (flag: string) => words.flatMap((word, i) => (word === flag ? [words[i + 1] ?? ''] : []))
    const [action = ''] = [...after('-a'), ...after('-A')]
    const isExit = /(^|,)exit(,|$)/.test(action)
    if (!isExit || !after('-S').some((calls) => calls.split(',').some((call) => CONNECT.has(call)))) continue
    const fields = after('-F')
    if (fields.some((field) => /^arch=(b32|i386|arm)$/.test(field))) continue
    const conditions = fields.filter((field) => !HARMLESS.test(field))
    if (conditions.length > 0) {
      if (/(^|,)always(,|$)/.test(action)) some.push(...conditions)
      continue
    }
    return /(^|,)never(,|$)/.test(action) ? left(some) : { kind: 'all' }
  }
  return left(some)
}

function left(some: readonly string[]): ConnectRule {
  return some.length === 0 ? { kind: 'none' } : { kind: 'some', where: [...new Set(some)] }
}

/** What `auditctl -l` prints; undefined where there is none, or where we may not ask. */
export async function auditRules(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  try {
    const path = [env.PATH, '/usr/sbin', '/sbin'].filter(Boolean).join(':')
    const { stdout } = await promisify(execFile)('auditctl', ['-l'], { env: { ...env, PATH: path }, timeout: 5_000 })
    return stdout
  } catch {
    return undefined
  }
}
