import type { ExceptionItem } from '../domain/exception.ts'
import type { Rule } from '../domain/rule.ts'
import type { ListedException } from './read/exception.ts'

/** What a file gives: an export of Kibana holds rules and the items of the lists that they name. */
export interface RulesAndItems {
  readonly rules: readonly Rule[]
  readonly exceptions: readonly ListedException[]
  /** Whether a rule of the file names lists; the items of a file without one are for every rule. */
  readonly namesLists: boolean
}

/** The exceptions of all files that hold for a rule. */
export function exceptionsFor(rule: Rule, files: readonly RulesAndItems[]): ExceptionItem[] {
  const named = new Set(rule.exceptions_list.filter(({ type }) => type !== ENDPOINT).map(({ list_id }) => list_id))
  return files.flatMap(({ exceptions, namesLists }) =>
    exceptions.filter(({ list_id }) => !namesLists || named.has(list_id)).map(({ item }) => item),
  )
}

/** Lists whose items hold for no rule at all, since none of them names the list. */
export function unnamedLists(files: readonly RulesAndItems[]): string[] {
  const named = new Set(files.flatMap(({ rules }) => rules.flatMap(listsOf)))
  const held = files.flatMap(({ exceptions, namesLists }) => (namesLists ? exceptions.map((one) => one.list_id) : []))
  return [...new Set(held)].filter((id) => !named.has(id))
}

/** Elastic's agents obey the lists of this type. Rules that name one pass it on, and judge without it. */
const ENDPOINT = 'endpoint'

function listsOf({ exceptions_list }: Rule): string[] {
  return exceptions_list.map(({ list_id }) => list_id)
}
