import type { EcsEvent } from '../../domain/event.ts'
import type { Query } from '../../query/ast.ts'
import { matches } from '../../query/match.ts'
import { storedField } from '../../query/text-field.ts'

/** Whether a query holds for an event of which only some fields are known; undefined where the others decide. */
export function matchesPartly(query: Query, event: EcsEvent, knows: ReadonlySet<string>): boolean | undefined {
  switch (query.kind) {
    case 'all':
      return true
    case 'none':
      return false
    case 'not': {
      const holds = matchesPartly(query.of, event, knows)
      return holds === undefined ? undefined : !holds
    }
    case 'and':
      return atLeast(query.of.length, query.of, event, knows)
    case 'or':
      return atLeast(query.atLeast ?? 1, query.of, event, knows)
    default:
      return knows.has(storedField(query.field)) ? matches(query, event) : undefined
  }
}

function atLeast(
  least: number,
  parts: readonly Query[],
  event: EcsEvent,
  knows: ReadonlySet<string>,
): boolean | undefined {
  const answers = parts.map((part) => matchesPartly(part, event, knows))
  const held = answers.filter((holds) => holds === true).length
  const open = answers.filter((holds) => holds === undefined).length
  return held >= least ? true : held + open < least ? false : undefined
}
