import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import type { EcsEvent } from '../../domain/event.ts'
import { text } from '../../domain/field.ts'
import { auditLog } from './index.ts'

/** Whole logs of real kernels (see README.md there), with their numbers of connect calls. */
for (const { log, connects } of [
  { log: 'web-enriched-execve', connects: 2759 },
  { log: 'dev-raw', connects: 1208 },
])
  test(`${log} is read whole: no reject, every serial an event, ${connects} connects`, () => {
    const bytes = gunzipSync(readFileSync(new URL(`testdata/real-guest/${log}.audit.log.gz`, import.meta.url)))
    const events = new Map<string, EcsEvent>()
    const rejects: string[] = []
    const reader = auditLog.decoder(
      {},
      {
        event: (event) => void events.set(`${event['@timestamp']} ${text(event, 'event.sequence')}`, event),
        reject: ({ raw }) => void rejects.push(raw),
      },
    )
    reader.lines(bytes, 0, bytes.length, 0)
    reader.end()
    const stamps = new Set(
      [...bytes.toString('latin1').matchAll(/ msg=audit\(([\d.]+:\d+)\):/g)].map(([, stamp]) => stamp),
    )
    assert.deepEqual(rejects, [])
    assert.equal(events.size, stamps.size)
    const calls = [...events.values()].filter((event) => text(event, 'auditd.data.syscall') === 'connect')
    assert.equal(calls.length, connects)
    assert.ok(calls.every((event) => text(event, 'process.name') && text(event, 'event.action') === 'connected-to'))
  })
