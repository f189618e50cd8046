// Installs clients that deliver documents, and lets each deliver to a server of ours. Nobody who uses oddsock installs them, and
// none of them is left out when it cannot run: that is a failure.
// usage: npm run test:clients
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEBIAN, INSTALLED } from './clients/client.ts'

/** Two loggers that Debian lets nobody install side by side, so they are unpacked into a folder, and only their libraries installed. */
const PACKAGES = ['rsyslog', 'rsyslog-elasticsearch', 'syslog-ng-core', 'syslog-ng-mod-http', 'syslog-ng-scl']
const LIBRARIES = [
  'libcurl4',
  'libestr0',
  'libfastjson4',
  'libglib2.0-0',
  'libivykis0',
  'libjson-c5',
  'liblognorm5',
  'libnet1',
  'libpcre3',
  'libwrap0',
]

installFromNpm()
if (!existsSync(join(DEBIAN, 'usr/sbin/syslog-ng'))) installFromDebian()
const { status } = spawnSync(process.execPath, ['--import', 'tsx', 'tools/test.ts', '--suite', 'clients'], {
  stdio: 'inherit',
})
process.exitCode = status ?? 1

function installFromNpm(): void {
  mkdirSync(INSTALLED, { recursive: true })
  const lock = 'package-lock.json'
  const source = join('tools/clients', lock)
  const copy = join(INSTALLED, lock)
  const isCurrent = existsSync(copy) && readFileSync(copy, 'utf8') === readFileSync(source, 'utf8')
  if (isCurrent && existsSync(join(INSTALLED, 'node_modules'))) return
  copyFileSync('.npmrc', join(INSTALLED, '.npmrc'))
  copyFileSync('tools/clients/package.json', join(INSTALLED, 'package.json'))
  copyFileSync(source, copy)
  run('npm', ['ci', '--no-audit', '--no-fund'], INSTALLED)
}

function installFromDebian(): void {
  const debs = join(INSTALLED, 'debs')
  mkdirSync(debs, { recursive: true })
  run('apt-get', ['update', '-qq'])
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...LIBRARIES])
  run('apt-get', ['download', '-qq', '-o', 'APT::Sandbox::User=root', ...PACKAGES], debs)
  for (const deb of readdirSync(debs)) run('dpkg', ['-x', join(debs, deb), DEBIAN])
}

function run(program: string, args: readonly string[], folder = '.'): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const { status, error } = spawnSync(program, args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'inherit'] })
  if (status === 0) return
  console.error(`Cannot install the clients: ${program} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`)
  process.exit(1)
}
