import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Dsl } from './compile-query.ts'
import { hostParts } from './host-parts.ts'
import { mappedFields } from './index-fields.ts'
import { type SearchReply, search } from './journal.ts'
import { createEcsIndex, ship } from './testing/ecs-index.ts'
import { openFresh } from './testing/fresh.ts'

test('parts hold each document once, with several hosts or none', async () => {
  const { connection, prefix } = await openFresh()
  const index = `${prefix}-logs`
  await createEcsIndex(connection, index)
  const hosts = ['a', 'a', 'b', ['a', 'd'], 'c', null, 'd', 'd', 'd', 'd', 'é', ['b', 'é'], '', undefined]
  const events = hosts.map((name, n) => ({
    '@timestamp': '2026-03-09T12:00:00Z',
    event: { id: `e${n}` },
    host: { name },
  }))
  await ship(connection, index, events)
  const host = (await mappedFields(connection, index, ['host.name'])).get('host.name')!
  const ask = (body: Dsl) => search(connection, index, body)
  for (const most of [1, 3, 100]) {
    const parts: string[][] = []
    for await (const query of hostParts({ match_all: {} }, host, ask, most)) {
      const { hits } = (await ask({ size: 100, query })) as SearchReply
      parts.push(hits.hits.map(({ _source }) => (_source as unknown as (typeof events)[0]).event.id))
    }
    assert.deepEqual(parts.flat().sort(), events.map(({ event }) => event.id).sort())
    assert.equal(parts.length > 1, most < 100)
  }
})
