import type { EcsEvent } from '../../domain/event.ts'
import type { Seq } from '../../domain/time.ts'
import type { Query } from '../../query/ast.ts'
import { matches } from '../../query/match.ts'
import type { Page, SeqRange } from '../page.ts'

/**
 * A page of a list whose first document has the place 1.
 *
 * @param skips whether the document at an index is passed over
 */
export function pageOf<T extends object>(
  docs: readonly T[],
  query: Query,
  { after, limit }: SeqRange,
  skips: (index: number) => boolean = () => false,
): Page<T> {
  const items: { seq: Seq; doc: T }[] = []
  let next = after
  for (; next < docs.length && items.length < limit; next++) {
    const doc = docs[next]!
    if (!skips(next) && matches(query, doc as EcsEvent)) items.push({ seq: next + 1, doc })
  }
  return { items, next }
}
