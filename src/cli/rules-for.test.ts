import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type JobAndFeed, loadJob, loadRules } from '../config/content.ts'
import { type AlertsAsked, idleExceptions, rulesFor as judging } from './rules-for.ts'

const folder = mkdtempSync(join(tmpdir(), 'oddsock-rules-'))
after(() => rmSync(folder, { recursive: true }))

/** With the user's rules in these files. */
async function rulesFor(job: JobAndFeed, files: readonly string[], asked?: AlertsAsked) {
  const { rules, ...said } = await judging(job, await Promise.all(files.map(loadRules)), asked)
  return { ...said, rules: rules.map(({ rule }) => rule), exceptions: rules.map(({ exceptions }) => exceptions) }
}

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const ruleFor = (job: string) => `
[rule]
rule_id = "mine"
type = "machine_learning"
name = "Mine"
description = "For a test"
machine_learning_job_id = ["${job}"]
anomaly_threshold = 75
severity = "high"
risk_score = 73
`
const EXCEPTION = JSON.stringify({
  list_id: 'any',
  item_id: 'backup',
  entries: [{ field: 'process.name', operator: 'included', type: 'match', value: 'backup' }],
})

test('a rule of the user takes the place of ours, under any id that Elastic has given the job', async () => {
  const { rules, notes } = await rulesFor(await loadJob('linux_anomalous_network_activity'), [
    file('mine.toml', ruleFor('v3_linux_anomalous_network_activity_ea')),
  ])
  assert.deepEqual([rules.map(({ rule_id }) => rule_id), notes], [['mine'], []])
})

test('ours judges where the user gives exceptions alone, or rules about other jobs, and the latter is said', async () => {
  const job = await loadJob('linux_anomalous_network_activity')
  const withExceptions = await rulesFor(job, [file('items.ndjson', EXCEPTION)])
  assert.deepEqual(
    withExceptions.rules.map(({ rule_id }) => rule_id),
    ['unusual_linux_network'],
  )
  assert.deepEqual(
    withExceptions.exceptions.map((items) => items.map(({ item_id }) => item_id)),
    [['backup']],
  )
  const withOthers = await rulesFor(job, [file('others.toml', ruleFor('v3_linux_rare_sudo_user_ea'))])
  assert.deepEqual(
    withOthers.rules.map(({ rule_id }) => rule_id),
    ['unusual_linux_network'],
  )
  assert.equal(withOthers.notes.length, 1)
})

test('what is wrong with one document of an export takes nothing from the others', async () => {
  const rule = { rule_id: 'mine', type: 'machine_learning', name: 'Mine', description: '', risk_score: 1 }
  const good = { ...rule, severity: 'low', machine_learning_job_id: 'linux_rare_sudo_user', anomaly_threshold: 5 }
  const nested = { list_id: 'endpoint', item_id: 'odd', entries: [{ field: 'file', type: 'nested', entries: [] }] }
  const lines = [JSON.stringify({ ...good, severity: 'loud' }), JSON.stringify(good), JSON.stringify(nested), EXCEPTION]
  const { rules, exceptions, problems } = await loadRules(file('mixed.ndjson', lines.join('\n')))
  assert.deepEqual(
    rules.map(({ severity }) => severity),
    ['low'],
  )
  assert.deepEqual(
    exceptions.map(({ item }) => item.item_id),
    ['backup'],
  )
  assert.deepEqual(
    problems.map(({ code, where }) => [code, where?.split(':')[1]]),
    [
      ['RULE_INVALID', '1'],
      ['EXCEPTION_INVALID', '3'],
    ],
  )
})

test('a file of which nothing can be used is refused', async () => {
  await assert.rejects(loadRules(file('bad.ndjson', '{"rule_id":"x"}\n{')), { code: 'FILE_UNREADABLE' })
  await assert.rejects(loadRules(file('bad.toml', ruleFor('a').replace('high', 'loud'))), { code: 'RULE_INVALID' })
})

test('a rule of the user that is switched off judges nothing, ours neither, and that is said', async () => {
  const job = await loadJob('linux_novel_network_activity')
  const off = file('off.toml', `${ruleFor('linux_novel_network_activity')}enabled = false\n`)
  const alone = await rulesFor(job, [off])
  assert.deepEqual([alone.rules, alone.own], [[], false])
  assert.equal(alone.notes.length, 1)
  assert.match(alone.notes[0]!, /^Rule "Mine" is switched off .*linux_novel_network_activity/)
  const on = file('on.toml', ruleFor('linux_novel_network_activity').replaceAll('ine"', 'ine, on"'))
  const both = await rulesFor(job, [off, on])
  assert.deepEqual(
    both.rules.map(({ name }) => name),
    ['Mine, on'],
  )
  assert.deepEqual(both.notes, ['Rule "Mine" is switched off (enabled)'])
})

test('an exception that needs a value list is said to take nothing out', async () => {
  const entry = {
    field: 'destination.ip',
    operator: 'included',
    type: 'list',
    list: { id: 'partners', type: 'ip_range' },
  }
  const item = file('list.ndjson', JSON.stringify({ list_id: 'any', item_id: 'partners', entries: [entry] }))
  const notes = idleExceptions([await loadRules(item)])
  assert.equal(notes.length, 1)
  assert.match(notes[0]!, /value lists.*: partners;/)
})

test('the items of a list hold for the rules that name it: not for ours, and of one that none names it is said', async () => {
  const reference = { id: '1', list_id: 'of-theirs', type: 'rule_default', namespace_type: 'single' }
  const eql = { rule_id: 'e', type: 'eql', name: 'E', description: '', severity: 'low', risk_score: 1 }
  const theirs = { ...eql, exceptions_list: [reference] }
  const item = (list_id: string) => EXCEPTION.replace('"any"', JSON.stringify(list_id))
  const lines = [JSON.stringify(theirs), item('of-theirs'), item('of-nobody')]
  const exported = file('lists.ndjson', lines.join('\n'))
  const { exceptions } = await rulesFor(await loadJob('linux_anomalous_network_activity'), [exported])
  assert.deepEqual(exceptions, [[]])
  assert.deepEqual(idleExceptions([await loadRules(exported)]), [
    'Exceptions are of lists that no rule names: of-nobody; those items take nothing out',
  ])
})

test('a setting of a rule that judges is said to do nothing, where it does nothing', async () => {
  const mine = `${ruleFor('linux_rare_sudo_user')}rule_name_override = "process.name"\n`
  const files = [file('override.toml', mine)]
  assert.deepEqual((await rulesFor(await loadJob('linux_rare_sudo_user'), files)).unsupported, [
    'rule_name_override of rule "Mine" is not supported and has no effect',
  ])
  assert.deepEqual((await rulesFor(await loadJob('linux_rare_user_compiler'), files)).unsupported, [])
})

test('a job without a rule gets one that alerts from 50 on', async () => {
  const { rules } = await rulesFor(await loadJob('linux_rare_sudo_user'), [])
  assert.deepEqual(
    rules.map(({ anomaly_threshold, max_signals }) => [anomaly_threshold, max_signals]),
    [[50, 100]],
  )
})

test('what was asked for takes the place of what the rule says, and of nothing else', async () => {
  const job = await loadJob('linux_anomalous_network_activity')
  const said = async (asked: AlertsAsked) =>
    (await rulesFor(job, [], asked)).rules.map(({ anomaly_threshold, max_signals }) => [anomaly_threshold, max_signals])
  assert.deepEqual(await said({}), [[50, 100]])
  assert.deepEqual(await said({ threshold: 10 }), [[10, 100]])
  assert.deepEqual(await said({ threshold: 0, maxSignals: 1e9 }), [[0, 1e9]])
})
