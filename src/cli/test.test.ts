import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { testStories } from './test.ts'

const STORY = `start 2026-01-06T00:00:00Z
job linux_anomalous_network_activity
rule unusual_linux_network
events at 0h
  network/start  process.name=nginx  host.name=web-1
run to 1h
`
const TRUE = `${STORY}expect alerts by 1h\n  none\n`

/** Writes the files, runs them, and takes the name of their folder out of what was said. */
async function tell(files: Record<string, string>, names = Object.keys(files)) {
  const folder = mkdtempSync(join(tmpdir(), 'oddsock-test-'))
  let out = ''
  let err = ''
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    const code = await testStories(
      names.map((name) => join(folder, name)),
      { stdout: { write: (text) => (out += text) }, stderr: { write: (text) => (err += text) } },
    )
    return { code, out: out.replaceAll(`${folder}/`, ''), err: err.replaceAll(`${folder}/`, '') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('stories that are true are counted', async () => {
  assert.deepEqual(await tell({ 'a.scenario': TRUE, 'b.scenario': TRUE }), {
    code: 0,
    out: 'true      a.scenario  1 of 1 expectations\ntrue      b.scenario  1 of 1 expectations\n',
    err: '',
  })
})

test('a story that is not true is told as it really went', async () => {
  const { code, out } = await tell({
    'a.scenario': `${TRUE}expect alerts by 1h\n  process.name=nginx\n`,
    'b.scenario': TRUE,
  })
  assert.equal(code, 1)
  assert.equal(
    out,
    `not true  a.scenario  1 of 2 expectations

What really happened stands in place of what line 9 expected:

${TRUE}expect alerts by 1h
  none

true      b.scenario  1 of 1 expectations
`,
  )
})

for (const [why, text, says] of [
  [
    'cannot be read',
    'start 2026-01-06T00:00:00Z\nrun away\n',
    /at: a\.scenario:2:5\n hint: .*\n code: SCENARIO_UNREADABLE/,
  ],
  [
    'names a job that nobody knows',
    STORY.replace('job linux', 'job windows'),
    /at: a\.scenario:2\n.*\n code: JOB_UNKNOWN/,
  ],
  [
    'names a rule that nobody knows',
    STORY.replace('rule unusual', 'rule usual'),
    /at: a\.scenario:3\n.*\n code: RULE_UNKNOWN/,
  ],
  ['crashes when there is nothing left to score', `${STORY}crash at 50m\n`, / code: SCENARIO_CRASH_MISSED/],
] as const)
  test(`a story that ${why} is wrong usage, and the others are told all the same`, async () => {
    const { code, out, err } = await tell({ 'a.scenario': text, 'b.scenario': TRUE })
    assert.equal(code, 2)
    assert.match(err, says)
    assert.match(out, /^true {6}b\.scenario/)
  })

test('a file that is not there is no matter of the story', async () => {
  const { code, err } = await tell({}, ['a.scenario'])
  assert.equal(code, 3)
  assert.match(err, /Cannot read "a\.scenario": there is no such file/)
})

test("jobs and rules of one's own lie beside the story", async () => {
  const rule = `[rule]
type = "machine_learning"
rule_id = "mine"
name = "Mine"
description = ""
severity = "high"
risk_score = 73
machine_learning_job_id = "my_job"
anomaly_threshold = 50
`
  const job = {
    job_id: 'my_job',
    analysis_config: { bucket_span: '15m', detectors: [{ function: 'rare', by_field_name: 'user.name' }] },
  }
  const story = `start 2026-01-06T00:00:00Z
job my-job.json
rule mine.toml
events every 15m from 0h to 168h
  process/start  user.name=root  host.name=a
events at 168h07m
  process/start  user.name=mallory  host.name=a
run to 169h
expect alerts by 169h
  rule_id=mine  severity=high  user.name=mallory
`
  const files = { 'a.scenario': story, 'my-job.json': JSON.stringify(job), 'mine.toml': rule }
  const { code, out, err } = await tell(files, ['a.scenario'])
  assert.deepEqual([code, err], [0, ''], out)
})
