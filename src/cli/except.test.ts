import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startServer } from '../app/serve.ts'
import { loadConfig } from '../config/load.ts'
import type { Alert } from '../domain/alert.ts'
import type { EcsEvent } from '../domain/event.ts'
import { text } from '../domain/field.ts'
import { SILENT } from '../domain/log.ts'
import { DAY, HOUR, isoTime, MINUTE } from '../domain/time.ts'
import { jobsToRun } from './jobs-to-run.ts'
import { run } from './testing/run.ts'
import { ecsLine, type Use, WEEK_START, week } from './testing/week.ts'

/** A document as it came in when it happened. */
function arrived(use: Use, serial: number): EcsEvent {
  const document = JSON.parse(ecsLine(use, serial))
  return { ...document, event: { ...document.event, ingested: isoTime(use.time) } }
}

/** What a shipper sends of one more day, in which a program speaks once, and a quarter of an hour later another. */
function nextDay(first: string, second: string): Use[] {
  const start = WEEK_START + 7 * DAY
  const usual = week()
    .filter(({ time, process }) => time < WEEK_START + DAY && process !== 'xmrig')
    .map((use) => ({ ...use, time: use.time + 7 * DAY }))
  const odd = (process: string, time: number): Use => ({
    time,
    host: 'web-1',
    process,
    user: 'www-data',
    ip: '203.0.113.9',
    directory: '/dev/shm',
  })
  return [...usual, odd(first, start + 2 * HOUR + MINUTE), odd(second, start + 4 * HOUR + MINUTE)].sort(
    (a, b) => a.time - b.time,
  )
}

test('an exception made over the socket keeps a running server quiet about the like of it, and about nothing else', async () => {
  const state = mkdtempSync(join(tmpdir(), 'oddsock-except-'))
  const toml = { flag: '--test', setting: 'storage', value: { engine: 'memory', path: state } }
  const flags = [
    toml,
    { flag: '--test', setting: 'http.listen', value: [] },
    { flag: '--test', setting: 'source', value: [] },
    { flag: '--test', setting: 'jobs', value: ['linux_anomalous_network_activity'] },
  ]
  const { config } = loadConfig({ env: { HOME: state }, flags, catalogues: { sources: [], sinks: [] } })
  const { jobs } = await jobsToRun(config)
  const server = await startServer({ config, jobs, log: SILENT })
  let serial = 0
  const send = (uses: readonly Use[]) =>
    server.engine.intake.take({ source: 'test', clock: 'receipt', events: uses.map((use) => arrived(use, serial++)) })
  const alerts = async (): Promise<Alert[]> => {
    const { out } = await run([
      'alerts',
      'list',
      '--status',
      'all',
      '--since',
      '2026-01-01',
      '--json',
      '--state',
      state,
    ])
    return out
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  }
  const alertOf = async (name: string): Promise<Alert> => {
    for (;;) {
      const found = (await alerts()).find((alert) => text(alert, 'process.name') === name)
      if (found) return found
      await sleep(100)
    }
  }
  try {
    await send(week())
    const first = await alertOf('xmrig')
    const made = await run(['except', first['kibana.alert.uuid'], '--for', 'ever', '--state', state])
    assert.equal(made.code, 0)
    await send(nextDay('xmrig', 'other'))
    await alertOf('other')
    const names = (await alerts()).map((alert) => text(alert, 'process.name'))
    assert.deepEqual(names.sort(), ['other', 'xmrig'])
  } finally {
    await server.stop()
    rmSync(state, { recursive: true })
  }
})
