import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parseStory } from './parse.ts'
import { judge } from './report.ts'
import { runStory } from './run.ts'

/** Every story of `scenarios/` must come true. A story's first comment is what it is about. */
const FOLDER = fileURLToPath(new URL('../../scenarios/', import.meta.url))
const FILES = readdirSync(FOLDER).filter((file) => file.endsWith('.scenario'))

test('there are stories to tell', () => assert.ok(FILES.length > 0))

for (const file of FILES) {
  const text = readFileSync(`${FOLDER}${file}`, 'utf8')
  test(`${file}: ${/^# (.*)/.exec(text)?.[1] ?? assert.fail('a story begins with a comment')}`, async () => {
    const { story, problems } = parseStory(text, `scenarios/${file}`)
    assert.ok(story, JSON.stringify(problems))
    assert.ok(story.expectations.length > 0, 'a story that expects nothing tells nothing')
    const verdict = judge(text, story, await runStory(story))
    assert.ok(verdict.isTrue, `What really happened:\n${verdict.told}`)
  })
}
