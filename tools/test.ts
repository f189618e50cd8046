// Runs test files and makes the rules of the house hold: a skipped test fails the run, no test at all fails it too.
// usage: node --import tsx tools/test.ts [--suite NAME] [FILE…]
import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'

/** Suites that need more than npm, by the ending of their files; `npm test` holds none of them. */
const SUITES: ReadonlyMap<string, string> = new Map([
  ['browser', '.browser-test.ts'],
  ['clients', '.clients-test.ts'],
  ['cluster', '.cluster-test.ts'],
])

const args = process.argv.slice(2)
const suite = args[0] === '--suite' ? args.splice(0, 2)[1]! : undefined
const ending = suite ? SUITES.get(suite) : '.test.ts'
if (!ending) throw new RangeError(`Cannot run suite "${suite}": known are ${[...SUITES.keys()].join(', ')}`)

const files = args.length > 0 ? args : testFiles(ending)
const counts = { passed: 0, failed: 0, skipped: 0 }
// Left to itself, the runner of Node keeps one processor free for others; while tests run there are none.
const stream = run({ files, concurrency: availableParallelism() })
stream.on('test:pass', (test) => {
  if (test.details.type === 'suite') return
  if (test.skip !== undefined || test.todo !== undefined) counts.skipped++
  else counts.passed++
})
stream.on('test:fail', () => counts.failed++)
stream.compose(new spec()).pipe(process.stdout)
stream.on('end', () => setImmediate(report))

function report(): void {
  console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
  if (!suite)
    console.log('Not held here: npm run test:nodes, npm run test:browser, npm run test:clients, npm run test:cluster')
  if (counts.skipped > 0) console.log('A skipped test counts as a failure: make it run, or remove it.')
  process.exitCode = counts.failed > 0 || counts.skipped > 0 || counts.passed === 0 ? 1 : 0
}

function testFiles(ending: string): string[] {
  return ['src', 'tools', 'bench']
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`))
    .filter((file) => file.endsWith(ending))
    .sort()
}
