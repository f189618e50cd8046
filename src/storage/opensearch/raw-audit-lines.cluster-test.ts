import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EcsEvent } from '../../domain/event.ts'
import { type EpochMs, HOUR, isoTime } from '../../domain/time.ts'
import { createIndex } from './indices.ts'
import { unjoinedLines } from './raw-audit-lines.ts'
import { ship } from './testing/ecs-index.ts'
import { openFresh } from './testing/fresh.ts'

const NOW: EpochMs = Date.UTC(2026, 0, 6)

/** Lines of one connect, as auditd writes them. */
const LINES: readonly string[] = [
  'type=SYSCALL msg=audit(1767657600.123:456): arch=c000003e syscall=42 success=yes exit=0 a0=3 comm="curl" exe="/usr/bin/curl"',
  'type=SOCKADDR msg=audit(1767657600.123:456): saddr=020001BBCB0071070000000000000000',
  'node=web-1 type=PROCTITLE msg=audit(1767657600.123:456): proctitle="curl"',
]

const documents = (field: string, texts: readonly string[], more: EcsEvent = {}, time = NOW): EcsEvent[] =>
  texts.map((text) => ({ '@timestamp': isoTime(time), host: { name: 'a' }, [field]: text, ...more }))

/** Indices in which a field is mapped as said; each of the time of the events. */
async function indices(mapped: Readonly<Record<string, object>>) {
  const store = await openFresh()
  const name = (index: string) => `${store.prefix}-${index}`
  for (const [index, properties] of Object.entries(mapped))
    await createIndex(
      store.connection,
      name(index),
      { properties: { '@timestamp': { type: 'date' }, ...properties } },
      {},
    )
  const put = (index: string, docs: readonly EcsEvent[]) => ship(store.connection, name(index), docs)
  const found = async (from?: EpochMs) => {
    const { count, isMore, indices } = await unjoinedLines(store.connection, name('*-logs'), from)
    return { count, isMore, indices: indices.map((index) => index.slice(store.prefix.length + 1)).sort() }
  }
  return { put, found }
}

test('raw lines are counted, however the index keeps texts, and their indices are named', async () => {
  const { put, found } = await indices({
    'text-logs': { message: { type: 'text' } },
    'keyword-logs': { message: { type: 'keyword', ignore_above: 1024 } },
    'dynamic-logs': {},
    'number-logs': { msg: { type: 'long' } },
  })
  for (const index of ['text-logs', 'keyword-logs', 'dynamic-logs']) await put(index, documents('message', LINES))
  await put('dynamic-logs', documents('log', LINES.slice(0, 1)))
  assert.deepEqual(await found(), { count: 10, isMore: false, indices: ['dynamic-logs', 'keyword-logs', 'text-logs'] })
})

test('events that keep their lines as evidence, and other logs with the same words, are none', async () => {
  const { put, found } = await indices({
    'beat-logs': { message: { type: 'text' } },
    'app-logs': { message: { type: 'text' } },
  })
  await put('beat-logs', documents('message', LINES, { auditd: { sequence: 456, message_type: 'syscall' } }))
  await put('app-logs', documents('message', ['msg of type audit sent', 'the audit has type msg', 'audit: type msg']))
  assert.deepEqual(await found(), { count: 0, isMore: false, indices: [] })
})

test('lines from before the time that is looked at do not count', async () => {
  const { put, found } = await indices({ 'old-logs': { message: { type: 'text' } } })
  await put('old-logs', [...documents('message', LINES), ...documents('message', LINES, {}, NOW - 2 * HOUR)])
  assert.equal((await found(NOW - HOUR)).count, 3)
})

test('where there is no index, or none with a text, there are no lines', async () => {
  const { found } = await indices({})
  assert.deepEqual(await found(), { count: 0, isMore: false, indices: [] })
})
