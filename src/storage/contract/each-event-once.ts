import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EcsEvent } from '../../domain/event.ts'
import { isoTime } from '../../domain/time.ts'
import type { EventStore } from '../storage.ts'
import { START } from './history.ts'

/** What is sent twice is kept once: how copies are told from events that only look alike. */
export function keepsEachEventOnce(name: string, open: () => Promise<EventStore>): void {
  const bare = (ingested?: string): EcsEvent => ({
    '@timestamp': isoTime(START),
    host: { name: 'a' },
    ...(ingested && { event: { ingested } }),
  })

  test(`${name} tells events without an identity apart by content and by how often they come in one request`, async () => {
    const store = await open()
    assert.equal(await store.append([bare(), bare()]), 2)
    assert.equal(await store.append([bare(), bare(), bare()]), 3)
  })

  test(`${name} takes what is sent again with another event.ingested for a copy`, async () => {
    const store = await open()
    assert.equal(await store.append([{ ...bare(), event: { kind: 'event', ingested: isoTime(START) } }]), 1)
    assert.equal(await store.append([{ ...bare(), event: { kind: 'event', ingested: isoTime(START + 1) } }]), 1)
    assert.equal(await store.append([{ ...bare(), event: { kind: 'event' }, 'event.ingested': isoTime(START) }]), 1)
    assert.equal(await store.append([{ ...bare(), event: { kind: 'other', ingested: isoTime(START) } }]), 2)
  })

  test(`${name} recognises audit events by host, time and serial, whatever else they say`, async () => {
    const store = await open()
    const audit = (host: string, serial: number, at = START) => ({
      '@timestamp': isoTime(at),
      host: { name: host },
      event: { module: 'auditd', sequence: serial },
    })
    assert.equal(await store.append([audit('a', 1), { ...audit('a', 1), user: { name: 'root' } }]), 1)
    assert.equal(await store.append([audit('b', 1), audit('a', 2), audit('a', 1, START + 1)]), 4)
  })
}
