import { AppError } from '../../domain/error.ts'
import { parseJson } from './json.ts'
import type { Located } from './located.ts'
import { type Exported, readDocuments, readNdjson } from './ndjson.ts'
import { readRuleFile, unsupportedIn } from './rule.ts'
import { parseToml } from './toml.ts'

/** Endings of the files that hold rules. */
export const RULE_FILES: readonly string[] = ['.toml', '.ndjson', '.json']

/**
 * Reads a file of rules by its ending: `.toml` holds one rule, `.ndjson` an export of Kibana, `.json` one document of such an
 * export or a list of them. What cannot be read comes out as a problem, never as a throw.
 *
 * @param file its name as the reader knows it, for the places of problems
 */
export function readRules(text: string, file: string): Exported {
  if (file.endsWith('.ndjson')) return readNdjson(text, file)
  try {
    if (file.endsWith('.json')) return readDocuments(documentsOf(parseJson(text, file)), file)
    const top = parseToml(text, file)
    const { value, problems } = readRuleFile(top, file)
    if (value === undefined) return { ...NOTHING, problems }
    return { ...NOTHING, rules: [value], unsupported: unsupportedIn(value, top.entries.get('rule')!, file) }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { ...NOTHING, problems: [error] }
  }
}

const NOTHING: Exported = { rules: [], exceptions: [], namesLists: false, others: 0, problems: [], unsupported: [] }

function documentsOf(located: Located): readonly Located[] {
  return located.kind === 'list' ? located.items : [located]
}
