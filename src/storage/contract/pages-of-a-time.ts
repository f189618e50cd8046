import assert from 'node:assert/strict'
import { test } from 'node:test'
import { equals } from '../../query/ast.ts'
import { bucketAt, EVERYTHING, idOf, type OpenEvents, withHistory } from './history.ts'

/** Pages of events can be bound to a range of time, whenever its events came in. */
export function givesPagesOfATime(name: string, open: OpenEvents): void {
  const HISTORY = [
    [
      { id: 'before', minute: 14.999, host: 'odd' },
      { id: '1', minute: 29.999, host: 'odd' },
      { id: 'other', minute: 20, host: 'even' },
    ],
    [
      { id: 'after', minute: 30, host: 'odd' },
      { id: '2', minute: 15, host: 'odd' },
    ],
  ]
  const odd = equals('host.name', 'odd')

  test(`${name} gives pages of a range of time, each event of it once`, () =>
    withHistory(open, HISTORY, async ({ reader }) => {
      const within = { from: bucketAt(1).start, to: bucketAt(1).end }
      const found: string[] = []
      for (let after = 0, pages = 0; pages < 5; pages++) {
        const { items, next } = await reader.scan(odd, { after, limit: 1, within })
        found.push(...items.map(({ doc }) => idOf(doc)))
        after = next
      }
      assert.deepEqual(found.sort(), ['1', '2'])
    }))

  test(`${name} takes a range of time without ends for all of it`, () =>
    withHistory(open, HISTORY, async ({ reader }) => {
      const { items } = await reader.scan(odd, { after: 0, limit: 9, within: EVERYTHING })
      assert.deepEqual(items.map(({ doc }) => idOf(doc)).sort(), ['1', '2', 'after', 'before'])
    }))
}
