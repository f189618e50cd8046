// What a scan costs, as ratios to well-known programs on the same files in the same run. Writes bench/results.md.
// usage: npm run bench [-- --size MB --runs N]; needs Linux and auditd's tools (Debian: apt install auditd)
import { spawnSync } from 'node:child_process'
import { mkdtempSync, statSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { FLOOD_NAMES, makeFiles } from './make-files.ts'
import { type Cost, measure } from './measure.ts'

interface Command {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** Slow, and far from the others whatever the machine does. */
  readonly once?: boolean
}

/** Commands on one file; the ratios are to the first. */
interface Race {
  readonly title: string
  readonly file: string
  readonly commands: readonly Command[]
}

const node = process.execPath
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** A script of this folder as JavaScript, in a folder of its own. */
function compiled(script: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'oddsock-bench-'))
  const options = [
    '--ignoreConfig',
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--types',
    'node',
    '--outDir',
    folder,
  ]
  const { status } = spawnSync('npx', ['tsc', here(`${script}.ts`), ...options], { stdio: 'inherit' })
  if (status !== 0) throw new Error(`Cannot compile bench/${script}.ts`)
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  return join(folder, `${script}.js`)
}

function scan(name: string, file: string, ...flags: string[]): Command {
  return { name, command: node, args: [here('../bin/oddsock'), 'scan', file, '--json', '--quiet', ...flags] }
}

function races(raw: string, documents: string): Race[] {
  return [
    {
      title: 'Raw audit.log',
      file: raw,
      commands: [
        { name: '`aureport --comm --summary`', command: 'aureport', args: ['--comm', '--summary', '-if', raw] },
        scan('`oddsock scan`', raw),
        { ...scan('`oddsock scan --strict` (once)', raw, '--strict'), once: true },
        { name: '`ausearch -sc connect --raw`', command: 'ausearch', args: ['-if', raw, '-sc', 'connect', '--raw'] },
        { name: '`wc -l`', command: 'wc', args: ['-l', raw] },
      ],
    },
    {
      title: 'NDJSON of Auditd Manager',
      file: documents,
      commands: [
        { name: '`JSON.parse` of each line', command: node, args: [compiled('parse-lines'), documents] },
        scan('`oddsock scan`', documents),
        { ...scan('`oddsock scan --strict` (once)', documents, '--strict'), once: true },
        { name: '`wc -l`', command: 'wc', args: ['-l', documents] },
      ],
    },
  ]
}

/** All commands in turn, again and again, so that whatever else the machine does falls on all of them alike. */
async function run({ title, file, commands }: Race, runs: number): Promise<string[]> {
  const costs = commands.map((): Cost[] => [])
  for (let turn = 0; turn < runs; turn++)
    for (const [i, { command, args, once }] of commands.entries())
      if (turn === 0 || !once) costs[i]!.push(await measure(command, args))
  const base = median(costs[0]!.map(({ cpu }) => cpu))
  const rows = commands.map(({ name }, i) => {
    const cpu = costs[i]!.map((cost) => cost.cpu)
    const peak = Math.max(...costs[i]!.map((cost) => cost.peak))
    const spread = `${Math.min(...cpu).toFixed(2)}–${Math.max(...cpu).toFixed(2)}`
    const wall = median(costs[i]!.map((cost) => cost.wall))
    return `| ${name} | ${median(cpu).toFixed(2)} | ${spread} | ${(median(cpu) / base).toFixed(2)} | ${wall.toFixed(2)} | ${peak.toFixed(0)} |`
  })
  return [
    `## ${title}, ${megabytes(file)} MB`,
    '',
    '| command | CPU s | least–most | ratio | wall s | peak MB |',
    '| --- | --: | --: | --: | --: | --: |',
    ...rows,
    '',
  ]
}

async function memory(cases: readonly (readonly [title: string, path: string])[]): Promise<string[]> {
  const rows: string[] = []
  for (const [title, path] of cases) {
    const { command, args } = scan('', path)
    const { peak, cpu } = await measure(command, args)
    rows.push(`| ${title} | ${peak.toFixed(0)} | ${cpu.toFixed(2)} |`)
  }
  return ['## Peak memory of a scan', '', '| input | peak MB | CPU s |', '| --- | --: | --: |', ...rows, '']
}

const TITLES = { raw: 'raw audit.log', documents: 'NDJSON' }

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2
}

function megabytes(file: string): string {
  return (statSync(file).size / 1e6).toFixed(0)
}

function demandAuditd(): void {
  const missing = ['aureport', 'ausearch'].filter((tool) => spawnSync(tool, ['--version']).error)
  if (missing.length === 0) return
  console.error(`Cannot run the bench: ${missing.join(' and ')} not found. They come with auditd: apt install auditd`)
  process.exit(1)
}

demandAuditd()
const { values } = parseArgs({
  options: { size: { type: 'string', default: '900' }, runs: { type: 'string', default: '5' } },
})
const size = Number(values.size)
const files = await makeFiles(size)
const smaller = await makeFiles(Math.round(size / 3))
const report = [
  '# Bench results',
  '',
  `Made by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: Node ${process.version}, ${cpus().length} × ${cpus()[0]!.model}.`,
  `CPU time is user and system time of all threads, the median of ${values.runs} interleaved runs; ratios are to the first line.`,
  'How the files are made stands in `make-files.ts`; MB are 10⁶ bytes.',
  '',
]
for (const race of races(files.raw, files.documents)) report.push(...(await run(race, Number(values.runs))))
report.push(
  ...(await memory([
    ...(['raw', 'documents'] as const).flatMap((kind) =>
      [smaller[kind], files[kind]].map((path) => [`${TITLES[kind]}, ${megabytes(path)} MB`, path] as const),
    ),
    [`raw audit.log, gzip of ${megabytes(files.raw)} MB`, files.rawPacked],
    [`raw audit.logs of 100 hosts in one week, ${size} MB together`, files.hundred],
    [
      `NDJSON, ${FLOOD_NAMES.toExponential(0)} distinct process names in a day, ${megabytes(files.flood)} MB`,
      files.flood,
    ],
  ])),
)
const text = report.join('\n')
writeFileSync(here('results.md'), text)
console.log(text)
