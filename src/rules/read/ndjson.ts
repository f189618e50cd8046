import { AppError, type Problem } from '../../domain/error.ts'
import type { Checked } from '../../domain/fault.ts'
import type { Rule } from '../../domain/rule.ts'
import type { Unsupported } from '../../domain/unsupported.ts'
import { type ListedException, readException } from './exception.ts'
import { parseJson } from './json.ts'
import { type Located, whereIn } from './located.ts'
import { readRule, unsupportedIn } from './rule.ts'

/** What a file of Kibana holds, and all that is wrong with it: good lines are read, whatever stands between them. */
export interface Exported {
  readonly rules: readonly Rule[]
  readonly exceptions: readonly ListedException[]
  /** Whether a rule of the file names exception lists, be it one that cannot be read. */
  readonly namesLists: boolean
  /** Documents without a rule or an exception: exception lists as such, connectors, the count at the end, ML manifests. */
  readonly others: number
  readonly problems: readonly Problem[]
  /** Settings of rules that do nothing here. */
  readonly unsupported: readonly Unsupported[]
}

/** Reads an export of Kibana: one JSON document a line. */
export function readNdjson(text: string, file: string): Exported {
  const documents: Located[] = []
  const problems: Problem[] = []
  text.split('\n').forEach((line, i) => {
    if (line.trim() === '') return
    try {
      documents.push(parseJson(line, file, i + 1))
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      problems.push(error)
    }
  })
  const exported = readDocuments(documents, file)
  return { ...exported, problems: [...problems, ...exported.problems] }
}

/** Sorts documents by what they are, and reads them. */
export function readDocuments(documents: readonly Located[], file: string): Exported {
  const rules: Rule[] = []
  const exceptions: ListedException[] = []
  const problems: Problem[] = []
  const unsupported: Unsupported[] = []
  let others = 0
  let namesLists = false
  function keep<T>(list: T[], { value, problems: found }: Checked<T, Problem>) {
    if (value !== undefined) list.push(value)
    problems.push(...found)
  }
  for (const document of documents) {
    const kind = kindOf(document)
    if (kind === 'rule') {
      namesLists ||= isNaming(document)
      const read = readRule(document, file)
      keep(rules, read)
      if (read.value) unsupported.push(...unsupportedIn(read.value, document, file))
    } else if (kind === 'exception') keep(exceptions, readException(document, file))
    else if (kind === 'other') others++
    else
      problems.push({
        message: 'Cannot import document: it is no rule, exception item, exception list, connector or export count',
        where: whereIn(file, document.at),
        code: 'IMPORT_UNKNOWN_DOCUMENT',
        hint: 'Take the line out, or export rules and exception lists from Kibana again.',
      })
  }
  return { rules, exceptions, namesLists, others, problems, unsupported }
}

function isNaming(document: Located): boolean {
  const lists = document.kind === 'table' ? document.entries.get('exceptions_list') : undefined
  return lists?.kind === 'list' && lists.items.length > 0
}

function kindOf(document: Located): 'rule' | 'exception' | 'other' | undefined {
  if (document.kind !== 'table') return undefined
  const has = (...keys: readonly string[]) => keys.some((key) => document.entries.has(key))
  if (has('item_id', 'entries')) return 'exception'
  if (has('rule_id', 'risk_score', 'severity', 'anomaly_threshold')) return 'rule'
  if (has('list_id', 'attributes', 'datafeeds') || [...document.entries.keys()].some(isCount)) return 'other'
  return undefined
}

/** The last line of an export: `exported_count`, `missing_rules`, … */
function isCount(key: string): boolean {
  return key.startsWith('exported_')
}
