import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { testFolder } from './testing/folder.ts'
import { run } from './testing/run.ts'
import { storeAlone } from './testing/state-folder.ts'

const folder = testFolder()

/** A machine whose `auditctl -l` prints this; without it, one that may not ask. */
function machine(rules: string | undefined): NodeJS.ProcessEnv {
  const script = rules === undefined ? 'exit 4' : `cat <<'END'\n${rules}\nEND`
  const bin = mkdtempSync(join(folder.path, 'bin-'))
  writeFileSync(join(bin, 'auditctl'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return { HOME: folder.path, PATH: `${bin}:/usr/bin:/bin` }
}

const LOCAL = 'source = [{ type = "file-tail", path = "/var/log/audit/audit.log" }]'

function settings(toml: string, source = LOCAL): string {
  return folder.write('oddsock.toml', `${source}\n${toml}`)
}

async function check(
  toml: string,
  rules: string | undefined,
  { state = join(folder.path, 'no-state'), source = LOCAL } = {},
) {
  const args = ['check', '--config', settings(toml, source), '--state', state]
  const { code, out, err } = await run(args, { env: machine(rules) })
  return { code, out: out.replaceAll(folder.path, 'FOLDER'), err: err.replaceAll(folder.path, 'FOLDER') }
}

const RULE = '-a always,exit -F arch=b64 -S connect -F key=net'

describe('check', () => {
  test('all is well where settings, jobs and audit rules are', async () => {
    const { code, out } = await check('', RULE)
    assert.equal(out, 'Jobs: linux_novel_network_activity, linux_anomalous_network_activity\nAll is well\n')
    assert.equal(code, 0)
  })

  test('the audit rule that is missing is named', async () => {
    const { code, out } = await check('', 'No rules')
    assert.equal(code, 1)
    assert.match(out, /error: Cannot see who uses the network: no audit rule of this machine records connect\n/)
    assert.match(out, /hint: Run: auditctl -a always,exit -F arch=b64 -S connect -k net /)
    assert.match(out, /code: AUDIT_RULE_MISSING\n/)
  })

  test('a rule that leaves services out is told as such', async () => {
    const { code, out } = await check('', '-a always,exit -F arch=b64 -S connect -F auid>=1000')
    assert.equal(code, 1)
    assert.match(out, /record connect only where auid>=1000\n/)
  })

  test('the rules of this machine say nothing where all events come from others', async () => {
    const { code, out, err } = await check('', 'No rules', { source: 'source = []' })
    assert.equal(code, 0)
    assert.match(out, /whether connects are recorded is not known/)
    assert.match(err, /No source is set/)
  })

  test('where auditctl may not be asked and nothing has arrived, not all is called well, and the rule is named', async () => {
    const { code, out } = await check('', undefined)
    assert.equal(code, 0)
    assert.match(out, /^Settings are fine; whether connects are recorded is not known: .* nothing has arrived yet\n/m)
    assert.match(out, /auditctl -a always,exit -F arch=b64 -S connect -k net/)
    assert.doesNotMatch(out, /All is well/)
  })

  test('where auditctl may not be asked, what has arrived tells whether connects are recorded', async () => {
    const event = { '@timestamp': new Date().toISOString(), 'oddsock.clock': new Date().toISOString() }
    const state = await storeAlone([{ ...event, event: { category: ['authentication'], id: 'login' } }], [])
    const { code, out } = await check('', undefined, { state: state.path })
    await state.close()
    assert.equal(code, 1)
    assert.match(out, /events arrive, and in the last day none of them shows a program using the network\n/)
  })

  test('everything that is wrong with settings is said at once, with its place', async () => {
    const { code, out } = await check('[htp]\n[log]\nlevel = "loud"\n', RULE)
    assert.equal(code, 1)
    assert.match(out, /htp is not known\n {3}at: FOLDER\/oddsock\.toml:2:1\n hint: Did you mean "http"\?\n/)
    assert.match(
      out,
      /log\.level is "loud", expected "debug", "info", "warn" or "error"\n {3}at: FOLDER\/oddsock\.toml:4:9\n/,
    )
    assert.match(out, /2 problems\n$/)
  })

  test('a job that is not there, and a listener that others could reach without a key', async () => {
    const { code, out } = await check('jobs = ["no_such_job"]\nhttp = { listen = ["0.0.0.0:9277"] }\n', RULE)
    assert.equal(code, 1)
    assert.match(out, /Cannot load job "no_such_job"/)
    assert.match(out, /Cannot listen on "0\.0\.0\.0:9277" without API keys/)
  })

  test('rules are checked as by `rules check`', async () => {
    const rule = folder.write('bad.toml', '[rule]\nname = "odd"\n')
    const { code, out } = await check(`rules = ["${rule}"]\n`, RULE)
    assert.equal(code, 1)
    assert.match(out, /Cannot load rule "odd"/)
    assert.doesNotMatch(out, /well/)
  })

  test('a rule about a job that does not run is named with its job', async () => {
    const rule = folder.write('sudo.toml', SUDO_RULE)
    const { code, err } = await check(`rules = ["${rule}"]\n`, RULE)
    assert.equal(code, 0)
    assert.match(err, /^Rule "Mine" is about the job v3_linux_rare_sudo_user_ea, which does not run: add it to jobs /m)
    const more = `rules = ["${rule}"]\njobs = ["linux_novel_network_activity", "linux_rare_sudo_user"]\n`
    assert.doesNotMatch((await check(more, RULE)).err, /does not run/)
  })
})

const SUDO_RULE = `[rule]
type = "machine_learning"
name = "Mine"
description = ""
severity = "low"
risk_score = 1
machine_learning_job_id = "v3_linux_rare_sudo_user_ea"
anomaly_threshold = 75
`

test('config shows every setting with its origin, as lines or as JSON', async () => {
  const file = settings('[log]\nlevel = "warn"\n')
  const env = { HOME: folder.path, ODDSOCK_STORAGE__KEEP: '7d' }
  const { code, out } = await run(['config', '--config', file, '--state', '/state'], { env })
  assert.equal(code, 0)
  const lines = new Map(
    out
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/))
      .map(([name, ...rest]) => [name, rest.join(' ')]),
  )
  assert.equal(lines.get('storage.path'), '"/state" --state')
  assert.equal(lines.get('storage.keep'), '"7d" ODDSOCK_STORAGE__KEEP')
  assert.equal(lines.get('log.level'), `"warn" ${file}:3:9`)
  assert.equal(lines.get('http.socket'), '"/state/oddsock.sock" default')
  const json = await run(['config', '--config', file, '--json'], { env })
  assert.deepEqual(JSON.parse(json.out.split('\n').find((line) => line.includes('storage.keep"'))!), {
    name: 'storage.keep',
    value: '7d',
    origin: 'ODDSOCK_STORAGE__KEEP',
  })
})

test('a file of settings that is wrong is wrong usage', async () => {
  const { code, err } = await run(['config', '--config', settings('x = 1\n')], { env: { HOME: folder.path } })
  assert.equal(code, 2)
  assert.match(err, /code: CONFIG_UNKNOWN_KEY/)
})
