import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { castOf } from './cast.ts'
import { eventsOf } from './events.ts'
import { parseStory } from './parse.ts'
import { judge } from './report.ts'
import { runStory } from './run.ts'
import { runAsScan } from './run-as-scan.ts'
import { runLive } from './run-live.ts'
import { comparable } from './testdata/comparable.ts'

/** Every story of `scenarios/` must come true. A story's first comment is what it is about. */
const FOLDER = fileURLToPath(new URL('../../scenarios/', import.meta.url))
const FILES = readdirSync(FOLDER).filter((file) => file.endsWith('.scenario'))

test('there are stories to tell', () => assert.ok(FILES.length > 0))

for (const file of FILES) {
  const text = readFileSync(`${FOLDER}${file}`, 'utf8')
  const { story, problems } = parseStory(text, `${FOLDER}${file}`)
  assert.ok(story, JSON.stringify(problems))

  test(`${file}: ${/^# (.*)/.exec(text)?.[1] ?? assert.fail('a story begins with a comment')}`, async () => {
    assert.ok(story.expectations.length > 0, 'a story that expects nothing tells nothing')
    const verdict = judge(text, story, await runStory(story))
    assert.ok(verdict.isTrue, `What really happened:\n${verdict.told}`)
  })

  test(`${file} goes the same way as a scan, event by event, and through crashes`, async () => {
    const cast = await castOf(story)
    const arrivals = eventsOf(story).filter(({ at }) => at < story.start + story.run)
    const scanned = comparable(await runAsScan(cast, arrivals))
    assert.deepEqual(comparable(await runLive(cast, arrivals)), scanned)
    const times = [0.7, 0.99].map((share) => arrivals[Math.ceil(share * arrivals.length) - 1]!.at)
    assert.deepEqual(comparable(await runLive(cast, arrivals, times)), scanned)
  })
}

test('the story on the page about the language is true', async () => {
  const page = fileURLToPath(new URL('../../docs/reference/scenario-language.md', import.meta.url))
  const [, text = ''] = /^```scenario\n(.*?)^```/ms.exec(readFileSync(page, 'utf8')) ?? []
  const { story } = parseStory(text, page)
  assert.ok(story && story.expectations.length > 0)
  const { isTrue, told } = judge(text, story, await runStory(story))
  assert.ok(isTrue, told)
})
