import * as v from 'valibot'
import type { Problem } from '../../domain/error.ts'
import type { Checked } from '../../domain/fault.ts'
import { derivedId } from '../../domain/hash.ts'
import { type Rule, SEVERITIES } from '../../domain/rule.ts'
import { type Unsupported, withoutEffect } from '../../domain/unsupported.ts'
import { OTHER_RULE_TYPES, RULE_TYPES } from '../types/index.ts'
import { unsupportedIn as unsupportedSettings } from '../unsupported.ts'
import { check } from './checked.ts'
import { type Located, type LocatedTable, positionOf, whereIn } from './located.ts'

/**
 * Reads one rule: what Kibana exports, or the `[rule]` table of a TOML file. Settings that we do not know are kept as they are;
 * what is left out gets Kibana's defaults. A rule of a type that does not run here is read all the same.
 */
export function readRule(located: Located, file: string): Checked<Rule, Problem> {
  const type = located.kind === 'table' ? scalar(located, 'type') : undefined
  const name = located.kind === 'table' ? scalar(located, 'name') : undefined
  const action = typeof name === 'string' ? `load rule "${name}"` : 'load rule'
  const schema = type === 'machine_learning' ? MACHINE_LEARNING_RULE : ANY_RULE
  const { value, problems } = check(schema, located, file, action, 'RULE')
  if (value === undefined) return { value, problems }
  return { value: { ...value, rule_id: value.rule_id ?? derivedId('rule', value.type, value.name) }, problems: [] }
}

/** What of a rule does nothing here, with its place. */
export function unsupportedIn(rule: Rule, located: Located, file: string): Unsupported[] {
  return unsupportedSettings(rule).map((setting) => ({
    message: withoutEffect(`rule "${rule.name}"`, setting),
    where: whereIn(file, positionOf(located, [setting])),
  }))
}

/** Reads a rule file of the house and of Elastic's repository: the rule stands in the table `[rule]`. */
export function readRuleFile(top: LocatedTable, file: string): Checked<Rule, Problem> {
  const rule = top.entries.get('rule')
  if (rule) return readRule(rule, file)
  const problem: Problem = {
    message: 'Cannot load rule: the file has no table [rule]',
    where: whereIn(file, top.at),
    code: 'RULE_INCOMPLETE',
    hint: 'Put the settings of the rule below a line [rule].',
  }
  return { value: undefined, problems: [problem] }
}

function scalar(table: LocatedTable, key: string): unknown {
  const value = table.entries.get(key)
  return value?.kind === 'scalar' ? value.value : undefined
}

const text = v.pipe(v.string('a text'), v.nonEmpty('a text that is not empty'))
const texts = v.array(v.string('a text'), 'a list of texts')
const whole = (from: number) =>
  v.pipe(v.number('a whole number'), v.integer('a whole number'), v.minValue(from, `${from} or more`))
const upTo100 = (what: string) => v.pipe(v.number(what), v.minValue(0, '0 to 100'), v.maxValue(100, '0 to 100'))
const riskScore = v.pipe(upTo100('a whole number from 0 to 100'), v.integer('a whole number from 0 to 100'))
const severity = v.picklist(SEVERITIES, SEVERITIES.join(', '))
const interval = v.pipe(v.string('a duration such as 15m'), v.regex(/^0*[1-9]\d*[smhd]$/, 'a duration such as 15m'))
const DATE_MATH = /^now(?:[+-]\d+[smhdwMy])*(?:\/[smhdwMy])?$|^\d{4}-\d\d-\d\d/
const moment = v.pipe(v.string('a time such as now-45m'), v.regex(DATE_MATH, 'a time such as now-45m'))

const ATTACK_URL = /^https:\/\/(attack|atlas)\.mitre\.org\/\S+$/
const attackName = {
  id: text,
  name: text,
  reference: v.pipe(v.string('a page of attack.mitre.org'), v.regex(ATTACK_URL, 'a page of attack.mitre.org')),
}
const threat = v.looseObject(
  {
    framework: v.picklist(['MITRE ATT&CK', 'MITRE ATLAS'], '"MITRE ATT&CK" or "MITRE ATLAS"'),
    tactic: v.looseObject(attackName, 'a table with id, name and reference'),
    technique: v.exactOptional(
      v.array(
        v.looseObject(
          { ...attackName, subtechnique: v.exactOptional(v.array(v.looseObject(attackName, 'a table'), 'a list')) },
          'a table with id, name and reference',
        ),
        'a list of techniques',
      ),
    ),
  },
  'a table with framework and tactic',
)

const mapped = { field: text, operator: v.literal('equals', '"equals"'), value: v.string('a text') }
const exceptionList = v.looseObject(
  { id: text, list_id: text, type: text, namespace_type: v.picklist(['single', 'agnostic'], '"single" or "agnostic"') },
  'a table with id, list_id, type and namespace_type',
)

/** Defaults as `detection-engine.md` §3.9 lists them. */
const RULE = {
  rule_id: v.optional(text),
  name: text,
  description: v.string('a text'),
  severity,
  risk_score: riskScore,
  enabled: v.optional(v.boolean('true or false'), true),
  interval: v.optional(interval, '5m'),
  from: v.optional(moment, 'now-6m'),
  to: v.optional(moment, 'now'),
  max_signals: v.optional(whole(1), 100),
  version: v.optional(whole(1), 1),
  author: v.optional(texts, []),
  license: v.exactOptional(v.string('a text')),
  tags: v.optional(texts, []),
  references: v.optional(texts, []),
  false_positives: v.optional(texts, []),
  note: v.exactOptional(v.string('a text')),
  threat: v.optional(v.array(threat, 'a list of threats'), []),
  severity_mapping: v.optional(
    v.array(v.looseObject({ ...mapped, severity }, 'a table with field, operator, value and severity'), 'a list'),
    [],
  ),
  risk_score_mapping: v.optional(
    v.array(
      v.looseObject({ ...mapped, risk_score: v.exactOptional(riskScore) }, 'a table with field, operator and value'),
      'a list',
    ),
    [],
  ),
  exceptions_list: v.optional(v.array(exceptionList, 'a list of exception lists'), []),
}

const TYPES = [...RULE_TYPES.map(({ name }) => name), ...OTHER_RULE_TYPES]
const ANY_RULE = v.looseObject({ ...RULE, type: v.picklist(TYPES, TYPES.join(', ')) }, 'a table')

const jobIds = v.pipe(v.array(text, 'the id of a job, or a list of them'), v.nonEmpty('at least one job'))
const MACHINE_LEARNING_RULE = v.looseObject(
  {
    ...RULE,
    type: v.literal('machine_learning'),
    machine_learning_job_id: v.pipe(
      v.unknown(),
      v.transform((ids) => (typeof ids === 'string' ? [ids] : ids)),
      jobIds,
    ),
    anomaly_threshold: upTo100('a number from 0 to 100'),
  },
  'a table',
)
