import type { Datafeed } from '../datafeed/datafeed.ts'
import { DAY, type DurationMs, SECOND } from '../domain/time.ts'
import { fieldsOfFeed } from './embedded/kinds.ts'
import { openMemory } from './memory/open-memory.ts'
import type { ConnectionOptions } from './opensearch/connection.ts'
import type { ClusterSettings } from './opensearch/settings.ts'
import type { Storage } from './storage.ts'

/** The settings of `[storage]`; those of a cluster stand with its engine. */
export interface StorageSettings extends ClusterSettings {
  readonly engine: 'embedded' | 'memory' | 'opensearch'
  readonly path: string
}

/** A command that somebody waits for should not wait for a cluster that is not there. */
export const PATIENCE_OF_COMMANDS: DurationMs = 10 * SECOND

export type Waiting = Pick<ConnectionOptions, 'log' | 'patience' | 'signal'>

/**
 * Opens the engine that the settings name. Engines are loaded when they are asked for.
 *
 * @param feeds what will be asked of the events: an engine may keep the fields of these at hand
 * @param waiting for an engine that lies elsewhere: how long, until when, and who is told
 * @throws AppError of the engine: see there
 */
export async function openStorage(
  settings: StorageSettings,
  feeds: readonly Datafeed[] = [],
  waiting: Waiting = {},
): Promise<Storage> {
  const fields = [...new Set(feeds.flatMap(fieldsOfFeed))]
  switch (settings.engine) {
    case 'memory':
      return openMemory()
    case 'embedded': {
      const { openEmbedded } = await import('./embedded/open-embedded.ts')
      const keep = { days: settings.keep / DAY, bytes: settings.keep_size }
      return openEmbedded(settings.path, { keep, fields })
    }
    case 'opensearch': {
      const { openOpenSearch } = await import('./opensearch/open-opensearch.ts')
      const { openSearchOptions } = await import('./opensearch/settings.ts')
      return openOpenSearch({ ...(await openSearchOptions(settings, fields)), ...waiting })
    }
  }
}
