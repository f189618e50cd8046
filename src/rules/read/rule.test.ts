import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { readRule, readRuleFile } from './rule.ts'
import { parseToml } from './toml.ts'

const read = (text: string) => readRuleFile(parseToml(text, 'r.toml'), 'r.toml')

const SMALLEST = `[rule]
type = "machine_learning"
name = "odd"
description = ""
severity = "low"
risk_score = 21
machine_learning_job_id = "some_job"
anomaly_threshold = 50
`

test('a rule with only what it must have gets the defaults', () => {
  const { value, problems } = read(SMALLEST)
  assert.deepEqual(problems, [])
  const { rule_id, ...rule } = value!
  assert.match(rule_id, /^[0-9a-f]{32}$/)
  assert.deepEqual(rule, {
    type: 'machine_learning',
    name: 'odd',
    description: '',
    severity: 'low',
    risk_score: 21,
    machine_learning_job_id: ['some_job'],
    anomaly_threshold: 50,
    enabled: true,
    interval: '5m',
    from: 'now-6m',
    to: 'now',
    max_signals: 100,
    version: 1,
    author: [],
    tags: [],
    references: [],
    false_positives: [],
    threat: [],
    severity_mapping: [],
    risk_score_mapping: [],
    exceptions_list: [],
  })
})

test('a rule without an id gets the same one each time', () => {
  assert.equal(read(SMALLEST).value?.rule_id, read(SMALLEST).value?.rule_id)
  assert.notEqual(read(SMALLEST).value?.rule_id, read(SMALLEST.replace('odd', 'other')).value?.rule_id)
})

test('a rule that was read and is written as JSON reads as the same rule', () => {
  const { value } = read(
    readFileSync(new URL('../../../content/rules/unusual-linux-network-activity.toml', import.meta.url), 'utf8'),
  )
  const json = JSON.stringify(value).replaceAll('\n', '\\n')
  const again = readRule(parseToml(`rule = ${tomlOf(JSON.parse(json))}`, 'x').entries.get('rule')!, 'x')
  assert.deepEqual(again, { value, problems: [] })
})

/** An inline table, which is near enough to JSON for this. */
function tomlOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(tomlOf).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return `{ ${Object.entries(value)
    .map(([key, inner]) => `${JSON.stringify(key)} = ${tomlOf(inner)}`)
    .join(', ')} }`
}

const change = (from: string, to: string) => SMALLEST.replace(from, to)

const WRONG: readonly { given: string; message: string; where: string; code: string; hint?: string }[] = [
  {
    given: change('= 50', '= 150'),
    message: 'Cannot load rule "odd": anomaly_threshold is 150, expected 0 to 100',
    where: 'r.toml:8:21',
    code: 'RULE_OUT_OF_RANGE',
  },
  {
    given: change('= 50', '= "50"'),
    message: 'Cannot load rule "odd": anomaly_threshold is "50", expected a number from 0 to 100',
    where: 'r.toml:8:21',
    code: 'RULE_INVALID',
  },
  {
    given: change('anomaly_threshold = 50', ''),
    message: 'Cannot load rule "odd": anomaly_threshold is missing',
    where: 'r.toml:1:1',
    code: 'RULE_INCOMPLETE',
  },
  {
    given: change('"some_job"', '[]'),
    message: 'Cannot load rule "odd": machine_learning_job_id is [], expected at least one job',
    where: 'r.toml:7:27',
    code: 'RULE_INVALID',
  },
  {
    given: change('machine_learning"', 'machine_learnin"'),
    message:
      'Cannot load rule "odd": type is "machine_learnin", expected machine_learning, eql, esql, new_terms, query, saved_query, threat_match, threshold',
    where: 'r.toml:2:8',
    code: 'RULE_INVALID',
  },
  {
    given: change('"low"', '"Low"'),
    message: 'Cannot load rule "odd": severity is "Low", expected low, medium, high, critical',
    where: 'r.toml:5:12',
    code: 'RULE_INVALID',
  },
  {
    given: `${SMALLEST}interval = "0m"\n`,
    message: 'Cannot load rule "odd": interval is "0m", expected a duration such as 15m',
    where: 'r.toml:9:12',
    code: 'RULE_INVALID',
  },
  {
    given: `${SMALLEST}from = "45m"\n`,
    message: 'Cannot load rule "odd": from is "45m", expected a time such as now-45m',
    where: 'r.toml:9:8',
    code: 'RULE_INVALID',
  },
  {
    given: `${SMALLEST}[[rule.threat]]\nframework = "MITRE ATT&CK"\ntactic = { id = "TA1", name = "x", reference = "http://x" }\n`,
    message: 'Cannot load rule "odd": threat[0].tactic.reference is "http://x", expected a page of attack.mitre.org',
    where: 'r.toml:11:48',
    code: 'RULE_INVALID',
  },
  {
    given: '[metadata]\n',
    message: 'Cannot load rule: the file has no table [rule]',
    where: 'r.toml:1:1',
    code: 'RULE_INCOMPLETE',
    hint: 'Put the settings of the rule below a line [rule].',
  },
]

test('what is wrong is named: the actual value, the wanted one, and the place', () => {
  for (const { given, ...problem } of WRONG) assert.deepEqual(read(given), { value: undefined, problems: [problem] })
})

test('all problems of a rule come at once', () => {
  const { problems } = read(change('"low"', '3').replace('= 21', '= 2.5').replace('= 50', '= -1'))
  assert.deepEqual(
    problems.map(({ where }) => where),
    ['r.toml:5:12', 'r.toml:6:14', 'r.toml:8:21'],
  )
})

test('a rule of a type that does not run here is read and kept', () => {
  const { value, problems } = read(
    change('machine_learning"', 'eql"').replace(/machine_learning_job.*\n.*\n/, 'query = "any where true"\n'),
  )
  assert.deepEqual(problems, [])
  assert.deepEqual([value?.type, value?.query], ['eql', 'any where true'])
})

test('threats as the rules of Elastic nest them come out nested', () => {
  const name = (id: string, kind: string) =>
    `id = "${id}"\nname = "n"\nreference = "https://attack.mitre.org/${kind}/${id}/"\n`
  const { value, problems } = read(`${SMALLEST}
[[rule.threat]]
framework = "MITRE ATT&CK"
[[rule.threat.technique]]
${name('T1', 'techniques')}
[[rule.threat.technique.subtechnique]]
${name('T1.001', 'techniques')}
[[rule.threat.technique]]
${name('T2', 'techniques')}
[rule.threat.tactic]
${name('TA1', 'tactics')}
[[rule.threat]]
framework = "MITRE ATT&CK"
[rule.threat.tactic]
${name('TA2', 'tactics')}`)
  assert.deepEqual(problems, [])
  assert.deepEqual(
    value?.threat.map(({ tactic, technique = [] }) => [
      tactic.id,
      ...technique.map(({ id, subtechnique = [] }) => [id, ...subtechnique.map((one) => one.id)]),
    ]),
    [['TA1', ['T1', 'T1.001'], ['T2']], ['TA2']],
  )
})

test('settings called __proto__ do no harm', () => {
  const { value, problems } = read(`${SMALLEST}__proto__ = { enabled = false }\n`)
  assert.deepEqual(problems, [])
  assert.equal(Object.getPrototypeOf(value), Object.prototype)
  assert.equal(value?.enabled, true)
})

test('every rule that is shipped is read, runs here and has an id of its own', () => {
  const folder = new URL('../../../content/rules/', import.meta.url)
  const ids = readdirSync(folder).map((file) => {
    const { value, problems } = readRuleFile(parseToml(readFileSync(new URL(file, folder), 'utf8'), file), file)
    assert.deepEqual(problems, [])
    assert.equal(value?.type, 'machine_learning')
    return value?.rule_id
  })
  assert.equal(new Set(ids).size, ids.length)
})

test('the network rule has the facts that it shares with the rule it is named after', () => {
  const url = new URL('../../../content/rules/unusual-linux-network-activity.toml', import.meta.url)
  const rule = read(readFileSync(url, 'utf8')).value!
  assert.deepEqual(
    [rule.anomaly_threshold, rule.interval, rule.from, rule.severity, rule.risk_score, rule.machine_learning_job_id],
    [50, '15m', 'now-45m', 'low', 21, ['linux_anomalous_network_activity']],
  )
  assert.deepEqual(
    rule.threat.map(({ tactic, technique = [] }) => [tactic.id, ...technique.map(({ id }) => id)].join(' ')),
    ['TA0011 T1071', 'TA0008', 'TA0003', 'TA0005 T1055', 'TA0010 T1041'],
  )
})
