import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Seq } from '../../domain/time.ts'
import { ALL, equals, NONE } from '../../query/ast.ts'
import type { Page, SeqRange } from '../page.ts'
import type { EventReader } from '../storage.ts'

/**
 * A journal comes in pages, oldest first.
 *
 * @param withStore a store of five documents `1` to `5`, of which `host.name` is `odd` or `even`
 */
export function comesInPages<T>(
  name: string,
  withStore: (
    look: (
      scan: (query: Parameters<EventReader['scan']>[0], range: SeqRange) => Promise<Page<T>>,
      id: (doc: T) => string,
    ) => Promise<void>,
  ) => Promise<void>,
): void {
  test(`${name} come in pages, oldest first, and each once`, () =>
    withStore(async (scan, id) => {
      for (const limit of [1, 2, 3, 5, 9]) {
        const found: [Seq, string][] = []
        let after = 0
        for (
          let page = await scan(ALL, { after, limit });
          page.items.length > 0;
          page = await scan(ALL, { after, limit })
        ) {
          assert.ok(page.items.length <= limit)
          for (const { seq, doc } of page.items) found.push([seq, id(doc)])
          after = page.next
        }
        assert.deepEqual(
          found,
          [1, 2, 3, 4, 5].map((n) => [n, `${n}`]),
          `limit ${limit}`,
        )
      }
    }))

  test(`${name} come in pages of those that match, and the cursor passes the others`, () =>
    withStore(async (scan, id) => {
      const even = equals('host.name', 'even')
      const first = await scan(even, { after: 0, limit: 1 })
      assert.deepEqual(
        first.items.map(({ seq, doc }) => [seq, id(doc)]),
        [[2, '2']],
      )
      const second = await scan(even, { after: first.next, limit: 9 })
      assert.deepEqual(
        second.items.map(({ seq, doc }) => [seq, id(doc)]),
        [[4, '4']],
      )
      assert.deepEqual(await scan(even, { after: second.next, limit: 9 }), { items: [], next: 5 })
      assert.deepEqual(await scan(NONE, { after: 0, limit: 9 }), { items: [], next: 5 })
    }))
}
