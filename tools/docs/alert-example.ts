import type { Workplace } from './rebuild.ts'

/** Texts of the rule, which would fill the page, and are the rule's business. */
const LONG = [
  'kibana.alert.rule.description',
  'kibana.alert.rule.note',
  'kibana.alert.rule.threat',
  'kibana.alert.rule.tags',
  'kibana.alert.rule.references',
  'kibana.alert.rule.false_positives',
]

/** An alert of the demo fleet, as `scan --json` prints it, without the long texts of its rule. */
export function alertExample(workplace: Workplace): string {
  const lines = workplace.run('oddsock scan demo/logs/quay-web1 --json --quiet')
  const line = lines.find((one) => one.includes('/tmp/.font-cache/xmrbee'))
  if (line === undefined) throw new RangeError('Cannot make alert-example: the demo has no alert that tells of xmrbee')
  const alert = JSON.parse(line)
  for (const field of LONG) alert[field] = '…'
  return `\`\`\`json\n${JSON.stringify(alert, null, 2)}\n\`\`\``
}
