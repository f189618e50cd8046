import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEBIAN } from './client.ts'

/** A daemon that ships a log, from Debian's packages, in a folder of its own. */
export interface Daemon {
  /** Program and arguments, to run in the foreground. */
  readonly command: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Where it remembers what it has sent. */
  readonly memory: string
}

/** It reads its whole log again when it has forgotten how far it was. */
export function forget({ memory }: Daemon): void {
  rmSync(memory, { recursive: true, force: true })
  mkdirSync(memory)
}

/** Runs it until something has come, or fails with what it said. */
export async function run({ command, env }: Daemon, until: () => Promise<void>): Promise<void> {
  const [program, ...args] = command
  if (!existsSync(program!)) throw new Error(`It is not installed: ${program}`)
  const child = spawn(program!, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data))
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`It ended by itself with ${code}:\n${said}`)
  })
  try {
    await Promise.race([until(), ended])
  } catch (cause) {
    throw new Error(`${(cause as Error).message}\n${said}`)
  } finally {
    ended.catch(() => {})
    await stop(child)
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await exit
}

/** @param name of its files in the folder */
export function rsyslog(folder: string, name: string, settings: string): Daemon {
  const memory = join(folder, `${name}-rsyslog`)
  const file = join(folder, `${name}-rsyslog.conf`)
  writeFileSync(file, `global(workDirectory="${memory}")\n${settings}`)
  const modules = join(DEBIAN, 'usr/lib/x86_64-linux-gnu/rsyslog')
  const pid = join(folder, `${name}.pid`)
  return { command: [join(DEBIAN, 'usr/sbin/rsyslogd'), '-n', '-f', file, '-i', pid, '-M', modules], memory }
}

/** @param name of its files in the folder */
export function syslogNg(folder: string, name: string, settings: string): Daemon {
  const memory = join(folder, `${name}-syslog-ng`)
  const file = join(folder, `${name}-syslog-ng.conf`)
  const library = join(DEBIAN, 'usr/lib/syslog-ng')
  const modules = ['json-plugin', 'http', 'afsocket', 'affile', 'basicfuncs', 'cryptofuncs']
  writeFileSync(
    file,
    `@version: 3.38
@define scl-root "${join(DEBIAN, 'usr/share/syslog-ng/include/scl')}"
${modules.map((module) => `@module ${module}\n`).join('')}
@include "${join(DEBIAN, 'usr/share/syslog-ng/include/scl/elasticsearch/elastic-http.conf')}"
${settings}`,
  )
  const command = [
    join(DEBIAN, 'usr/sbin/syslog-ng'),
    '--foreground',
    '--no-caps',
    `--cfgfile=${file}`,
    `--persist-file=${join(memory, 'persist')}`,
    `--control=${join(memory, 'control')}`,
    `--pidfile=${join(memory, 'pid')}`,
    `--module-path=${join(library, '3.38')}`,
  ]
  return { command, env: { LD_LIBRARY_PATH: library }, memory }
}
