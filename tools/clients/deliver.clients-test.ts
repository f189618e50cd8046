import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { EcsEvent } from '../../src/domain/event.ts'
import { text } from '../../src/domain/field.ts'
import { ALL } from '../../src/query/ast.ts'
import { openEmbedded } from '../../src/storage/embedded/open-embedded.ts'
import { Server } from '../crash/server.ts'
import type { Client } from './client.ts'
import { ELASTICDUMP } from './elasticdump.ts'
import { LEGACY_CLIENT } from './legacy-client.ts'
import { LOGGERS } from './loggers.ts'
import { SEARCH_CLIENTS } from './search-clients.ts'
import { SYSLOG_DAEMONS } from './syslog-daemons.ts'

/**
 * Every client delivers to a running `oddsock serve`, one after the other. Then the server is stopped, and its store shows what has
 * become of each document.
 */
const CLIENTS: readonly Client[] = [...SEARCH_CLIENTS, ...LEGACY_CLIENT, ...LOGGERS, ...ELASTICDUMP, ...SYSLOG_DAEMONS]
const DOCUMENTS = 40
const PORT = 20_000 + (process.pid % 10_000)
const LONGEST = 30_000

const folder = mkdtempSync(join(tmpdir(), 'oddsock-clients-'))
const state = join(folder, 'state')
const config = join(folder, 'oddsock.toml')
writeFileSync(config, 'source = []\n')
const server = new Server({
  command: [
    process.execPath,
    'bin/oddsock',
    'serve',
    '--config',
    config,
    '--state',
    state,
    '--listen',
    `127.0.0.1:${PORT}`,
  ],
  url: `http://127.0.0.1:${PORT}`,
  log: join(folder, 'server.log'),
})
server.start()
await server.until('it is running', 60_000, async () => (await health())?.status === 'running')

const failures = new Map<Client, unknown>()
for (const [number, client] of CLIENTS.entries()) {
  const before = (await health())!.events
  const delivery = {
    url: server.url,
    index: indexOf(number),
    messages: messagesOf(number),
    folder,
    taken: taken(before),
  }
  await client.deliver(delivery).catch((error) => failures.set(client, error))
}
const { code } = await server.stop()
const stored = await storedByIndex()
rmSync(folder, { recursive: true, force: true })

describe('delivered into a running server, each document is there exactly once:', () => {
  for (const [number, client] of CLIENTS.entries())
    test(client.name, () => {
      if (failures.has(client)) throw failures.get(client)
      const found = (stored.get(indexOf(number)) ?? []).map((event) => text(event, 'message') ?? text(event, 'msg'))
      assert.deepEqual(found.sort(), [...messagesOf(number)].sort())
    })

  test('the server has stopped in good order, and nothing else is in its store', () => {
    assert.equal(code, 0)
    assert.deepEqual([...stored.keys()].sort(), CLIENTS.map((_, number) => indexOf(number)).sort())
  })
})

function indexOf(number: number): string {
  return `logs-client-${String(number).padStart(2, '0')}`
}

function messagesOf(number: number): string[] {
  return Array.from({ length: DOCUMENTS }, (_, i) => `client ${number} line ${i} "quoted" \\ ünïcode`)
}

interface Health {
  readonly status: string
  readonly events: number
}

async function health(): Promise<Health | undefined> {
  return (await server.get('/api/v1/health')) as Health | undefined
}

function taken(before: number): (events: number) => Promise<void> {
  return (events) =>
    server.until(`${events} events are taken in`, LONGEST, async () => (await health())!.events >= before + events)
}

async function storedByIndex(): Promise<Map<string, EcsEvent[]>> {
  const storage = await openEmbedded(state)
  const { items } = await storage.events.scan(ALL, { after: 0, limit: 1_000_000 })
  await storage.close()
  const byIndex = new Map<string, EcsEvent[]>()
  for (const { doc } of items) {
    const index = text(doc, '_index') ?? 'none'
    byIndex.set(index, [...(byIndex.get(index) ?? []), doc])
  }
  return byIndex
}
