import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { testFolder } from './testing/folder.ts'
import { run } from './testing/run.ts'
import { ecsLines, week } from './testing/week.ts'

const FOLDER = testFolder()
const LOG = FOLDER.write('week.ndjson', ecsLines(week()))
const HTML = join(FOLDER.path, "it's a report.html")

async function pageOf(...args: readonly string[]): Promise<string> {
  await run(['scan', ...args, '--html', HTML])
  return readFileSync(HTML, 'utf8')
}
const quoted = `&#39;${HTML.replace("'", '&#39;\\&#39;&#39;')}&#39;`

test('the page ends with the command that made it, quoted for a shell, without what is said by default', async () => {
  assert.ok((await pageOf(LOG)).includes(`<pre>oddsock scan ${LOG} --html ${quoted}</pre></footer>`))
  const flags = ['--threshold', '20', '--since', '2026-03-01', '--format', 'ecs-json', '--strict', '--no-spool']
  assert.ok(
    (await pageOf(LOG, ...flags)).includes(`<pre>oddsock scan ${LOG} ${flags.join(' ')} --html ${quoted}</pre>`),
  )
})

test('a process is active in the buckets of the log that show it, of all that were scored', async () => {
  // A week has 672 quarter hours, and xmrig runs in one of them.
  const page = await pageOf(LOG, '--threshold', '1')
  const drawn = [...page.matchAll(/<text class="count"[^>]*>([^<]*)</g)].map(([, text]) => text)
  assert.ok(drawn.includes('1 of 672'), drawn.join())
})

test('jobs that run side by side are on one page, each alert with its job', async () => {
  const jobs = ['linux_novel_network_activity', 'linux_anomalous_network_activity']
  const page = await pageOf(LOG, ...jobs.flatMap((job) => ['--job', job]))
  const told = [...page.matchAll(/<span>job ([^<]*)<\/span>/g)].map(([, job]) => job)
  assert.deepEqual(told.toSorted(), jobs.toSorted())
  for (const job of jobs) assert.ok(page.includes(`<h3>${job}</h3>`), job)
})
