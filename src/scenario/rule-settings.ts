import type { Rule } from '../domain/rule.ts'
import type { Fields } from './story.ts'

interface Setting {
  readonly pattern: RegExp
  readonly expected: string
  read(text: string): Partial<Rule>
}

/** Settings of a rule that a story may give. */
const SETTINGS = new Map<string, Setting>([
  [
    'anomaly_threshold',
    {
      pattern: /^(?:\d{1,2}(?:\.\d+)?|100)$/,
      expected: '0 to 100',
      read: (text) => ({ anomaly_threshold: Number(text) }),
    },
  ],
  [
    'interval',
    {
      pattern: /^[1-9]\d*[smhd]$/,
      expected: 'a duration such as 15m',
      read: (text) => ({ interval: text }),
    },
  ],
  [
    'max_signals',
    {
      pattern: /^[1-9]\d{0,8}$/,
      expected: 'a whole number above 0',
      read: (text) => ({ max_signals: Number(text) }),
    },
  ],
  [
    'machine_learning_job_id',
    {
      pattern: /^[^,]+(?:,[^,]+)*$/,
      expected: 'ids of jobs, divided by commas',
      read: (text) => ({ machine_learning_job_id: text.split(',') }),
    },
  ],
])

export const RULE_SETTINGS: readonly string[] = [...SETTINGS.keys()]

/** What is wrong with the value of a setting, if anything. */
export function faultOfSetting(name: string, text: string): string | undefined {
  const { pattern, expected } = SETTINGS.get(name)!
  return pattern.test(text) ? undefined : `${name} is ${text}, expected ${expected}`
}

/** What a story changes of a rule; the settings were checked before. */
export function ruleSettingsOf(fields: Fields): Partial<Rule> {
  return Object.assign({}, ...fields.map(([name, text]) => SETTINGS.get(name)!.read(text)))
}
