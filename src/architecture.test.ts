import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { posix } from 'node:path'
import { test } from 'node:test'

/**
 * The one rule of the house that eyes cannot see: who may import whom. Sources are read as text (TypeScript 7 has no API), so
 * what is looked for is kept simple enough for that. Below the rules, made-up trees show that each of them can fail.
 */

/** Rank of each room, and of the files that stand alone. A room imports only rooms of lower rank, never a neighbour of its own. */
const RANKS: ReadonlyMap<string, number> = new Map([
  ['domain', 0],
  ['query', 1],
  ['formats', 2],
  ['datafeed', 2],
  ['anomaly', 2],
  ['rules', 2],
  ['triage', 2],
  ['report', 2],
  ['sources', 3],
  ['storage', 3],
  ['sinks', 3],
  ['engine', 4],
  ['http', 5],
  ['config', 5],
  ['app', 6],
  ['scenario', 7],
  ['cli', 8],
])

/** Rooms up to this rank are pure: time, chance and the world come in as arguments. */
const PURE_RANK = 2
/** The windows of the pure rooms to `node:`: functions of their arguments alone. */
const WINDOWS: ReadonlySet<string> = new Set(['domain/hash.ts', 'domain/deflate.ts'])

/** What pure rooms may import besides: functions of their arguments. A package that reads, listens or asks the time is none. */
const PURE_PACKAGES: ReadonlySet<string> = new Set([
  'd3-array',
  'd3-scale',
  'ipaddr.js',
  'toml-eslint-parser',
  'valibot',
])

const IMPURE: readonly { readonly pattern: RegExp; readonly what: string }[] = [
  { pattern: /\bDate\s*\.\s*now\b|\bnew\s+Date\s*\(\s*\)|\bperformance\s*\.\s*now\b/, what: 'reads the clock' },
  { pattern: /\bMath\s*\.\s*random\b/, what: 'draws by chance' },
  // By its members, since a process is also a noun of ours with a name, a pid, arguments and a title.
  {
    pattern:
      /(?<![.\w$])process\s*\.\s*(?:env|argv|exit|cwd|chdir|std(?:in|out|err)|hrtime|nextTick|\w+Usage|platform|uptime|on|emit|kill)\b/,
    what: 'uses process',
  },
  { pattern: /(?<![.\w$])fetch\s*\(/, what: 'fetches' },
  { pattern: /(?<![.\w$])(?:set(?:Timeout|Interval|Immediate)|queueMicrotask)\b/, what: 'sets a timer' },
  { pattern: /(?<![.\w$])(?:async|await)\b(?!\s*[:=,)])/, what: 'is asynchronous' },
  { pattern: /(?<![.\w$])console\s*\./, what: 'writes to the console' },
]

/** What the engine may know of the doors to the world. */
const PORTS: ReadonlySet<string> = new Set([
  'storage/storage.ts',
  'storage/alert-store.ts',
  'storage/state-store.ts',
  'storage/page.ts',
  'sources/source.ts',
  'sources/live-source.ts',
  'sinks/sink.ts',
])

/** Plug-ins are exported values of a type, in files below a folder, and its list must reach each of them. */
const CATALOGUES: readonly { readonly folder: string; readonly type: string }[] = [
  { folder: 'formats', type: 'Format' },
  { folder: 'anomaly/functions', type: 'DetectorFunction' },
  { folder: 'rules/types', type: 'RuleType' },
  { folder: 'sources', type: 'SourceType' },
  { folder: 'sinks', type: 'SinkType' },
]

/** Path below `src/` → text. */
type Tree = ReadonlyMap<string, string>

interface Import {
  readonly from: string
  /** A path below `src/`, or the name of a package. */
  readonly to: string
}

/** Tests and contracts, and the demands of a contract in a folder of its own, may import and do what they like. */
const isFree = (file: string) => /(?:\.test|\.browser-test|[/-]contract)\.ts$|\/contract\//.test(file)

function importsOf(tree: Tree): readonly Import[] {
  const statement = /^[ \t]*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|^[ \t]*import\s*['"]([^'"]+)['"]/gm
  const call = /\bimport\s*\(\s*['"]([^'"]+)['"]\s*\)/g
  return [...tree].flatMap(([from, source]) =>
    [...source.matchAll(statement), ...source.matchAll(call)].map(([, a, b]) => {
      const name = (a ?? b)!
      return { from, to: name.startsWith('.') ? posix.join(posix.dirname(from), name) : name }
    }),
  )
}

/** Packages are never named with this ending, and our own files always are. */
const isOurs = (name: string) => name.endsWith('.ts')
const roomOf = (file: string) => file.split('/')[0]!
const rankOf = (file: string) => RANKS.get(roomOf(file))
const isPure = (file: string) => (rankOf(file) ?? Number.POSITIVE_INFINITY) <= PURE_RANK && !WINDOWS.has(file)

/** Every breach of a rule: the files, the rule, and the usual way out. */
function breaches(tree: Tree): readonly string[] {
  const code: Tree = new Map([...tree].filter(([file]) => !isFree(file)))
  const imports = importsOf(code)
  return [
    ...unknownRooms(code),
    ...ranks(imports),
    ...purity(code, imports),
    ...cycles(code, imports),
    ...adapters(imports),
    ...CATALOGUES.flatMap(({ folder, type }) => catalogue(code, imports, folder, type)),
  ]
}

function unknownRooms(code: Tree): readonly string[] {
  return [...code.keys()]
    .filter((file) => rankOf(file) === undefined)
    .map((file) => `${file} is in no room that has a rank. Move it into one, or give the room a rank in RANKS.`)
}

function ranks(imports: readonly Import[]): readonly string[] {
  return imports
    .filter(({ to }) => isOurs(to))
    .filter(({ from, to }) => roomOf(from) !== roomOf(to) && (rankOf(to) ?? 0) >= (rankOf(from) ?? 0))
    .map(
      ({ from, to }) =>
        `${from} (rank ${rankOf(from)}) imports ${to} (rank ${rankOf(to)}): a room imports only rooms of lower rank. ` +
        'Move what both need down into domain/, or let a room above hand it over as an argument.',
    )
}

const BUILTIN = new Set(builtinModules)
const isBuiltin = (name: string) => name.startsWith('node:') || BUILTIN.has(name.split('/')[0]!)

function purity(code: Tree, imports: readonly Import[]): readonly string[] {
  const windows = imports
    .filter(({ from, to }) => isPure(from) && !isOurs(to) && isBuiltin(to))
    .map(
      ({ from, to }) =>
        `${from} imports ${to}: rooms up to rank ${PURE_RANK} are pure. Take what it gives as an argument.`,
    )
  const packages = imports
    .filter(({ from, to }) => isPure(from) && !isOurs(to) && !isBuiltin(to))
    .filter(({ to }) => !PURE_PACKAGES.has(to))
    .map(
      ({ from, to }) =>
        `${from} imports the package ${to}: rooms up to rank ${PURE_RANK} are pure. ` +
        'Let a room of rank 3 or more call it; a package without effects goes into PURE_PACKAGES.',
    )
  const acts = [...code].flatMap(([file, source]) => {
    if (!isPure(file)) return []
    const bare = withoutTexts(source)
    return IMPURE.filter(({ pattern }) => pattern.test(bare)).map(
      ({ what }) =>
        `${file} ${what}: rooms up to rank ${PURE_RANK} are pure. ` +
        'Take the value as an argument, or move the doing to a room of rank 3 or more.',
    )
  })
  return [...windows, ...packages, ...acts]
}

const COMMENT = /\/\*.*?\*\/|\/\/[^\n]*/
const STRING = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/
const TEMPLATE = /`(?:\\.|[^`\\])*`/
/** A slash begins a pattern where a value may begin; elsewhere it divides. */
const PATTERN = /(?<=(?:[=(,:[!&|?{};>]|^|\breturn)\s*)\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/
const TEXTS = new RegExp([COMMENT, STRING, TEMPLATE, PATTERN].map(({ source }) => source).join('|'), 'gms')

/** The source without comments, strings and patterns; what stands in `${…}` of a template stays. */
function withoutTexts(source: string): string {
  return source.replace(TEXTS, (text) =>
    text.startsWith('`') ? [...text.matchAll(/\$\{([^}]*)\}/g)].map(([, inner]) => inner).join(';') : ' ',
  )
}

function cycles(code: Tree, imports: readonly Import[]): readonly string[] {
  const found: string[] = []
  const done = new Set<string>()
  function visit(file: string, path: readonly string[]): void {
    if (path.includes(file)) {
      const cycle = [...path.slice(path.indexOf(file)), file].join(' → ')
      found.push(
        `${cycle}: files import each other in a circle. Move what they share into a file that imports neither.`,
      )
    } else if (!done.has(file)) {
      for (const { from, to } of imports) if (from === file) visit(to, [...path, file])
      done.add(file)
    }
  }
  for (const file of code.keys()) visit(file, [])
  return found
}

function adapters(imports: readonly Import[]): readonly string[] {
  const doors = new Set(['storage', 'sources', 'sinks'])
  return imports
    .filter(({ from, to }) => roomOf(from) === 'engine' && doors.has(roomOf(to)) && !PORTS.has(to))
    .map(
      ({ from, to }) =>
        `${from} imports ${to}: the engine knows ports, not adapters. ` +
        'Import the port of that room and let app/ hand the adapter over; a new port goes into PORTS.',
    )
}

function catalogue(code: Tree, imports: readonly Import[], folder: string, type: string): readonly string[] {
  const list = `${folder}/index.ts`
  const declaration = new RegExp(String.raw`^export const \w+\s*:\s*${type}\b|\bsatisfies\s+${type}\b`, 'm')
  const plugIns = [...code].filter(([file, text]) => file.startsWith(`${folder}/`) && declaration.test(text))
  const listed = reachable(list, imports)
  const off = plugIns.filter(([file]) => !listed.has(file)).map(([file]) => file)
  return off.map(
    (file) => `${file} holds a ${type} that ${list} does not list. Add it to the list, or remove the file.`,
  )
}

function reachable(start: string, imports: readonly Import[]): ReadonlySet<string> {
  const seen = new Set([start])
  for (const file of seen) for (const { from, to } of imports) if (from === file) seen.add(to)
  return seen
}

function readTree(folder: string): Tree {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return new Map(
    files
      .filter((file) => file.endsWith('.ts') && !/(?:^|\/)testdata\//.test(file))
      .sort()
      .map((file) => [file, readFileSync(posix.join(folder, file), 'utf8')]),
  )
}

const SRC = readTree(import.meta.dirname)

test('the code keeps the rules of its rooms', () => {
  const found = breaches(SRC)
  assert.equal(found.length, 0, `\n${found.join('\n')}\n`)
})

test('the rules see the code: files, imports, and a plug-in in each catalogue', () => {
  assert.ok(SRC.has('domain/event.ts') && SRC.has('formats/format.ts'))
  const imports = importsOf(SRC)
  assert.ok(imports.some(({ from, to }) => from === 'formats/format.ts' && to === 'domain/event.ts'))
  for (const { from, to } of imports)
    if (isOurs(to) && !isFree(from)) assert.ok(SRC.has(to), `${from} imports ${to}, which is not there`)
  for (const { folder, type } of CATALOGUES) {
    const unlisted = new Map([...SRC].filter(([file]) => file !== `${folder}/index.ts`))
    assert.notEqual(catalogue(unlisted, importsOf(unlisted), folder, type).length, 0, `${folder}: no ${type} is seen`)
  }
})

/** Made-up trees: the files, and what their one breach must say; none where `breach` is empty. */
const TREES: readonly { why: string; files: Record<string, string>; breach: readonly string[] }[] = [
  {
    why: 'lower rooms and the own room may be imported',
    files: {
      'domain/a.ts': 'export const a = 1',
      'rules/b.ts': `import { a } from '../domain/a.ts'`,
      'rules/c.ts': `import { b } from './b.ts'`,
    },
    breach: [],
  },
  {
    why: 'a neighbour of the same rank may not be imported, not even for a type',
    files: { 'rules/a.ts': `import type { B } from '../anomaly/b.ts'`, 'anomaly/b.ts': '' },
    breach: ['rules/a.ts (rank 2)', 'anomaly/b.ts (rank 2)', 'lower rank', 'Move what both need down'],
  },
  {
    why: 'a higher room may not be imported, over several lines',
    files: { 'domain/a.ts': `import {\n  b,\n  c,\n} from '../engine/b.ts'`, 'engine/b.ts': '' },
    breach: ['domain/a.ts (rank 0)', 'engine/b.ts (rank 4)'],
  },
  {
    why: 'exporting from a higher room is importing',
    files: { 'domain/a.ts': `export * from '../query/b.ts'`, 'query/b.ts': '' },
    breach: ['domain/a.ts', 'query/b.ts'],
  },
  {
    why: 'so is a late import',
    files: { 'engine/a.ts': `const b = await import('../app/scan.ts')`, 'app/scan.ts': '' },
    breach: ['engine/a.ts', 'app/'],
  },
  {
    why: 'and the type of one',
    files: { 'engine/a.ts': `type B = typeof import('../app/scan.ts')`, 'app/scan.ts': '' },
    breach: ['engine/a.ts', 'app/'],
  },
  { why: 'a room needs a rank', files: { 'utils/a.ts': '' }, breach: ['utils/a.ts', 'no room'] },
  {
    why: 'tests and contracts are free',
    files: {
      'domain/a.test.ts': `import { test } from 'node:test'\nimport '../cli/b.ts'\nDate.now()`,
      'formats/contract.ts': `import { test } from 'node:test'`,
      'anomaly/job-model-contract.ts': 'Date.now()',
      'query/contract/pages.ts': `import { test } from 'node:test'`,
      'cli/b.ts': '',
    },
    breach: [],
  },
  {
    why: 'a pure room imports nothing of Node',
    files: { 'query/a.ts': `import 'node:fs'` },
    breach: ['node:fs', 'pure'],
  },
  { why: '… by its old name either', files: { 'query/a.ts': `import fs from 'fs/promises'` }, breach: ['fs/promises'] },
  {
    why: 'nor a package that opens sockets',
    files: { 'domain/a.ts': `import 'undici'` },
    breach: ['domain/a.ts', 'package undici', 'pure', 'PURE_PACKAGES'],
  },
  { why: '… a part of one either', files: { 'report/a.ts': `import { x } from 'hono/jwt'` }, breach: ['hono/jwt'] },
  { why: 'but a package of mere functions', files: { 'report/a.ts': `import { bin } from 'd3-array'` }, breach: [] },
  { why: 'but for the windows', files: { 'domain/hash.ts': `import { createHash } from 'node:crypto'` }, breach: [] },
  {
    why: 'rank 3 may do I/O',
    files: { 'sources/a.ts': `import 'node:fs'\nawait fetch(process.env.X ?? '')` },
    breach: [],
  },
  { why: 'no clock', files: { 'anomaly/a.ts': 'const t = Date.now()' }, breach: ['anomaly/a.ts', 'clock'] },
  { why: 'no clock by another name', files: { 'anomaly/a.ts': 'const t = new Date()' }, breach: ['clock'] },
  { why: 'a date of a given time is fine', files: { 'anomaly/a.ts': 'const t = new Date(0)' }, breach: [] },
  { why: 'no chance', files: { 'anomaly/a.ts': 'const r = Math.random()' }, breach: ['chance'] },
  { why: 'no process', files: { 'report/a.ts': 'const e = process.env' }, breach: ['process'] },
  {
    why: 'no process in a template',
    files: { 'report/a.ts': 'const e = `a $' + '{process.cwd()}`' },
    breach: ['process'],
  },
  { why: 'no fetch', files: { 'triage/a.ts': `fetch('x')` }, breach: ['fetches'] },
  { why: 'no timer', files: { 'datafeed/a.ts': 'setTimeout(f, 1)' }, breach: ['timer'] },
  { why: 'no async', files: { 'formats/a.ts': 'export async function f() {}' }, breach: ['asynchronous'] },
  { why: 'no console', files: { 'formats/a.ts': 'console.log(1)' }, breach: ['console'] },
  {
    why: 'words in comments, strings and patterns, and fields of these names, do nothing',
    files: {
      'formats/a.ts': [
        '/** Never calls Date.now() or process.exit(); `async` is no word here. */',
        `const field = 'process.name' // fetch(x)`,
        'const text = `process.title`',
        `const quote = /['"\`]/`,
        'const { process } = event; const name = process.name',
        'const found = /process.name|fetch\\(/.test(event.process.name)',
      ].join('\n'),
    },
    breach: [],
  },
  {
    why: 'code behind a pattern with a quote is still seen',
    files: { 'formats/a.ts': `const quote = x.replace(/'/g, '')\nDate.now()` },
    breach: ['clock'],
  },
  {
    why: 'files of one room may not import each other in a circle',
    files: {
      'rules/a.ts': `import './b.ts'`,
      'rules/b.ts': `import type { C } from './c.ts'`,
      'rules/c.ts': `import './b.ts'`,
    },
    breach: ['rules/b.ts → rules/c.ts → rules/b.ts', 'circle'],
  },
  {
    why: 'the engine imports ports',
    files: { 'engine/a.ts': `import type { Storage } from '../storage/storage.ts'`, 'storage/storage.ts': '' },
    breach: [],
  },
  {
    why: 'the engine imports no adapter',
    files: { 'engine/a.ts': `import { m } from '../storage/memory/events.ts'`, 'storage/memory/events.ts': '' },
    breach: ['engine/a.ts', 'storage/memory/events.ts', 'ports', 'app/'],
  },
  {
    why: 'a plug-in may be listed through another file of its folder',
    files: {
      'formats/index.ts': `import { x } from './x/index.ts'`,
      'formats/x/index.ts': `export { x } from './format.ts'`,
      'formats/x/format.ts': 'export const x: Format = {}',
    },
    breach: [],
  },
  {
    why: 'a plug-in must be listed',
    files: { 'formats/index.ts': '', 'formats/x.ts': 'export const x: Format = {}' },
    breach: ['formats/x.ts', 'formats/index.ts does not list'],
  },
  {
    why: 'a plug-in with parameters of its type must be listed',
    files: { 'anomaly/functions/x.ts': 'export const x: DetectorFunction<A, B> = {}' },
    breach: ['anomaly/functions/x.ts', 'anomaly/functions/index.ts'],
  },
]

for (const { why, files, breach } of TREES) {
  test(`the rules of the rooms: ${why}`, () => {
    const found = breaches(new Map(Object.entries(files)))
    assert.equal(found.length, breach.length === 0 ? 0 : 1, found.join('\n'))
    for (const words of breach) assert.ok(found[0]!.includes(words), `${found[0]} does not say "${words}"`)
  })
}
