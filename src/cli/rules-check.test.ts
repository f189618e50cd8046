import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { checkRules } from './rules-check.ts'

const CONTENT = fileURLToPath(new URL('../../content', import.meta.url))

async function check(...paths: string[]) {
  let out = ''
  let err = ''
  const code = await checkRules(paths, {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  })
  return { code, out, err }
}

async function checkFiles(files: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'rules-check-'))
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
    const { code, out, err } = await check(folder)
    return { code, err, out: out.replaceAll(`${folder}/`, '') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const RULE = `[rule]
type = "machine_learning"
name = "odd"
description = ""
severity = "low"
risk_score = 21
machine_learning_job_id = "some_job"
anomaly_threshold = 50
`

test('all that is shipped is well', async () => {
  assert.deepEqual(await check(CONTENT), {
    code: 0,
    out: 'Files: 17 · problems: 0\n  15 jobs\n   2 machine_learning rules\n',
    err: '',
  })
})

test('each problem has its place, whatever kind of file it is in, and the rest is counted', async () => {
  const { code, out } = await checkFiles({
    'a/bad.toml': RULE.replace('50', '150').replace('21', '"x"'),
    'a/good.toml': RULE,
    'b/eql.toml': RULE.replace('machine_learning"', 'eql"'),
    'b/export.ndjson':
      '{"rule_id": "x"\n{"list_id":"l","item_id":"i","entries":[{"type":"exists","field":"a","operator":"included"}]}\n',
    'b/job.json':
      '{\n  "analysis_config": {\n    "bucket_span": "7m",\n    "detectors": [{"function": "count"}]\n  }\n}\n',
    'b/feed.json': '{"indices": [],\n "query": {"bool": {"must": [{"regexp": {}}]}}}\n',
    'b/open.json': '[',
    'notes.txt': 'not looked at',
  })
  assert.equal(code, 1)
  assert.equal(
    out,
    `error: Cannot load rule "odd": risk_score is "x", expected a whole number from 0 to 100
   at: a/bad.toml:6:14
 code: RULE_INVALID

error: Cannot load rule "odd": anomaly_threshold is 150, expected 0 to 100
   at: a/bad.toml:8:21
 code: RULE_OUT_OF_RANGE

error: Cannot read JSON: expected "," or "}", found the end
   at: b/export.ndjson:1:16
 hint: Correct the file there, or export it again.
 code: FILE_UNREADABLE

error: Cannot read query: query type "regexp" is not understood
   at: b/feed.json:2:11 (query.bool.must[0].regexp)
 hint: Known are bool, term, terms, match, match_phrase, range, exists, wildcard, prefix, constant_score, match_all, match_none.
 code: QUERY_UNREADABLE

error: Cannot load job "job": analysis_config.bucket_span is "7m", expected whole days, or a duration that divides a day evenly, such as 15m
   at: b/job.json:3:20
 code: JOB_INVALID

error: Cannot read JSON: expected a value, found the end
   at: b/open.json:1:2
 hint: Correct the file there, or export it again.
 code: FILE_UNREADABLE

Files: 7 · problems: 6
  1 eql rule (not run here)
  1 exception item
  1 machine_learning rule
`,
  )
})

test('settings that do nothing here are told with their place, and are no problem', async () => {
  const suppression = '[rule.alert_suppression]\ngroup_by = ["process.name"]\n'
  const detectors = '"detectors": [{"function": "rare", "by_field_name": "a"}]'
  const { code, out } = await checkFiles({
    'a.toml': `${RULE}rule_name_override = "process.name"\n${suppression}`,
    'b.json': `{"analysis_config": {"bucket_span": "15m", ${detectors},\n "summary_count_field_name": "n"},
 "datafeed_config": {"runtime_mappings": {"a": {"type": "keyword"}},\n  "script_fields": {}}}`,
    'c.json': '{"indices": [], "query": {"match_all": {}},\n "aggregations": {"x": {}}}',
    'eql.toml': `${RULE.replace('machine_learning"', 'eql"')}${suppression}`,
    'plain.ndjson':
      '{"rule_id":"r","type":"machine_learning","name":"r","description":"","severity":"low","risk_score":1,' +
      '"machine_learning_job_id":"j","anomaly_threshold":1,"actions":[],"rule_name_override":"","alert_suppression":null}',
  })
  assert.equal(code, 0)
  assert.equal(
    out,
    `warning: alert_suppression of rule "odd" is not supported and has no effect
     at: a.toml:10:1

warning: rule_name_override of rule "odd" is not supported and has no effect
     at: a.toml:9:22

warning: analysis_config.summary_count_field_name of the job is not supported and has no effect
     at: b.json:2:30

warning: datafeed_config.runtime_mappings of the job is not supported and has no effect
     at: b.json:3:42

warning: aggregations of the datafeed is not supported and has no effect
     at: c.json:2:18

Files: 5 · problems: 0
  1 datafeed
  1 eql rule (not run here)
  1 job
  2 machine_learning rules
`,
  )
})

test('a folder without rules is no success, and says what was searched', async () => {
  const { code, out } = await checkFiles({ 'notes.txt': '' })
  assert.equal(code, 1)
  assert.match(out, /^No file of rules \(\.toml, \.ndjson, \.json\) in /)
})

test('a path that is not there is said, and the others are checked', async () => {
  const { code, out, err } = await check('no-such-path', CONTENT)
  assert.equal(code, 3)
  assert.match(err, /Cannot read "no-such-path": there is no such file or folder/)
  assert.match(out, /15 jobs/)
})
