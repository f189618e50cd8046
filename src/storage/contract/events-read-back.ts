import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EcsEvent } from '../../domain/event.ts'
import { EVENTS_KEPT } from '../../domain/observation.ts'
import { ALL } from '../../query/ast.ts'
import { countsOf, EVERYTHING, FEED, idOf, nameOf, type OpenEvents, rowsAt, withHistory } from './history.ts'
import { comesInPages } from './in-pages.ts'

/** Each event has one place in the order of arrival, and is read back from there. */
export function readsEventsBack(name: string, open: OpenEvents): void {
  test(`${name} keeps the first version of an event, and counts no copy`, () =>
    withHistory(
      open,
      [
        [
          { id: 'same', minute: 1, host: 'a', name: 'first' },
          { id: 'same', minute: 1, host: 'a', name: 'first' },
        ],
        [
          { id: 'same', minute: 20, host: 'a', name: 'second' },
          { id: 'other', minute: 2, host: 'a', name: 'first' },
        ],
      ],
      async (opened, seqs) => {
        assert.deepEqual(seqs, [1, 2])
        assert.deepEqual(await opened.reader.counts(FEED, EVERYTHING, 2), countsOf([0], [2]))
        assert.deepEqual((await rowsAt(opened, 0, 2)).map(nameOf), ['first'])
        const { items } = await opened.reader.scan(ALL, { after: 0, limit: 10 })
        assert.deepEqual(
          items.map(({ doc }) => idOf(doc)),
          ['same', 'other'],
        )
      },
    ))

  test(`${name} keeps places of the first ${EVENTS_KEPT} events of a row and counts them all`, () => {
    const sights = Array.from({ length: EVENTS_KEPT + 5 }, (_, i) => ({
      id: `${i}`,
      minute: 14 - i / 10,
      host: 'a',
      name: 'x',
    }))
    return withHistory(open, [sights], async (opened, [upTo]) => {
      const [row] = await rowsAt(opened, 0, upTo!)
      assert.equal(row!.count, sights.length)
      const events = await opened.reader.read(row!.events)
      assert.deepEqual(
        events.map(idOf),
        sights.slice(0, EVENTS_KEPT).map(({ id }) => id),
      )
    })
  })

  test(`${name} reads events in the order in which they are asked for, and says which it has not`, () =>
    withHistory(
      open,
      [[1, 2, 3].map((minute) => ({ id: `${minute}`, minute, host: 'a', name: `p${minute}` }))],
      async (opened, [upTo]) => {
        const [one, two, three] = (await rowsAt(opened, 0, upTo!)).map((row) => row.events[0]!)
        const nowhere = { input: 7, from: 0, to: 1 }
        const events = await opened.reader.read([three!, nowhere, one!, one!, two!])
        assert.deepEqual(events.map(idOf), ['3', 'none', '1', '1', '2'])
        assert.deepEqual(await opened.reader.read([]), [])
      },
    ))

  comesInPages(`events of ${name}`, async (look) =>
    withHistory(
      open,
      [[1, 2, 3, 4, 5].map((minute) => ({ id: `${minute}`, minute, host: minute % 2 ? 'odd' : 'even' }))],
      ({ reader }) =>
        look(
          (query, range) => reader.scan(query, range),
          (event) => idOf(event as EcsEvent),
        ),
    ),
  )
}
