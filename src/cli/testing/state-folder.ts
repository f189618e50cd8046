import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadJob } from '../../config/content.ts'
import type { Alert } from '../../domain/alert.ts'
import type { EcsEvent } from '../../domain/event.ts'
import { SILENT } from '../../domain/log.ts'
import { ExceptionList } from '../../engine/exception-list.ts'
import { api } from '../../http/api.ts'
import type { RunningEngine } from '../../http/api-deps.ts'
import { servedJob } from '../../http/served-job.ts'
import { HttpServer } from '../../http/server.ts'
import { openStorage, type StorageSettings } from '../../storage/index.ts'
import type { Storage } from '../../storage/storage.ts'

export interface StateFolder {
  readonly path: string
  close(): Promise<void>
}

/** A state folder with a store in it, and nobody who runs. */
export async function storeAlone(events: readonly EcsEvent[], alerts: readonly Alert[]): Promise<StateFolder> {
  const { path, storage } = await filledStore(events, alerts)
  await storage.close()
  return { path, close: async () => rmSync(path, { recursive: true }) }
}

/** The same while the API is served over the socket in it; no engine runs behind it unless one is given. */
export async function storeServed(
  events: readonly EcsEvent[],
  alerts: readonly Alert[],
  engine?: RunningEngine,
): Promise<StateFolder> {
  const { path, storage } = await filledStore(events, alerts)
  const exceptions = new ExceptionList(storage.state)
  const jobs = []
  for (const id of ['linux_novel_network_activity', 'linux_anomalous_network_activity'])
    jobs.push(servedJob({ ...(await loadJob(id)), rules: [], quiet: jobs.length > 0 }))
  const resources = [api({ storage, exceptions, jobs, now: Date.now, ...(engine && { engine }) })]
  const server = await HttpServer.open({ listen: [], socket: join(path, 'oddsock.sock'), resources, log: SILENT })
  return {
    path,
    async close() {
      await server.stop()
      await storage.close()
      rmSync(path, { recursive: true })
    },
  }
}

async function filledStore(
  events: readonly EcsEvent[],
  alerts: readonly Alert[],
): Promise<{ readonly path: string; readonly storage: Storage }> {
  const path = mkdtempSync(join(tmpdir(), 'oddsock-state-'))
  const settings: StorageSettings = { engine: 'embedded', path, keep: 7_776_000_000, keep_size: 2 ** 40 }
  const storage = await openStorage(settings)
  await storage.events.append(events)
  for (const alert of alerts) await storage.alerts.create(alert)
  return { path, storage }
}
