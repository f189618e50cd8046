import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a server of the tests is made of and runs on: jars from Maven Central, and a Java that is here. */

const JVMS = '/usr/lib/jvm'
export const HERE = fileURLToPath(new URL('.', import.meta.url))

/** The jars of a server. Fetched by Maven, which keeps them in its own repository. */
export function jarsOf(pom: string, version: string): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'oddsock-classpath-'))
  const file = join(folder, 'classpath')
  const args = ['-q', '-B', '-f', join(HERE, pom), 'dependency:build-classpath', `-Dmdep.outputFile=${file}`]
  const { status, stdout, stderr } = spawnSync('mvn', [...args, `-Dserver.version=${version}`], { encoding: 'utf8' })
  const classPath = existsSync(file) ? readFileSync(file, 'utf8') : ''
  rmSync(folder, { recursive: true })
  if (status !== 0 || classPath === '')
    throw new Error(`Cannot fetch ${pom} ${version} with mvn (exit code ${status}):\n${stdout ?? ''}${stderr ?? ''}`)
  return classPath.split(':')
}

/** A Java at least as new: the one on the path, else the next newer one beside it. */
export function javaFor(oldest: number): string {
  const homes = spawnSync('ls', [JVMS], { encoding: 'utf8' }).stdout.split('\n')
  const candidates = [
    'java',
    ...homes.map((home) => join(JVMS, home, 'bin', 'java')).filter((path) => existsSync(path)),
  ]
  const known = candidates
    .map((path) => ({ path, version: versionOf(path) }))
    .filter(({ version }) => version >= oldest)
  const [best] = known.sort((a, b) => a.version - b.version)
  if (!best)
    throw new Error(`Cannot run a cluster: it wants Java ${oldest} or newer, looked at ${candidates.join(', ')}`)
  return best.path
}

function versionOf(java: string): number {
  const { stderr } = spawnSync(java, ['-version'], { encoding: 'utf8' })
  return Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? 0)
}
