import type { DurationMs } from '../domain/time.ts'
import { DAY } from '../domain/time.ts'
import { openMemory } from './memory/open-memory.ts'
import type { Storage } from './storage.ts'

/** The settings of `[storage]`. */
export interface StorageSettings {
  readonly engine: 'embedded' | 'memory' | 'opensearch'
  readonly path: string
  readonly keep: DurationMs
  /** Bytes. */
  readonly keep_size: number
  readonly nodes?: readonly string[]
  readonly indices?: readonly string[]
  readonly look_back?: DurationMs
  readonly prefix?: string
  readonly username?: string
  readonly password_file?: string
  readonly api_key_file?: string
  readonly ca_file?: string
}

/**
 * Opens the engine that the settings name. Engines are loaded when they are asked for.
 *
 * @param fields what the datafeeds ask for (`fieldsOfFeed`): an engine may keep these at hand
 * @throws AppError of the engine: see there
 */
export async function openStorage(settings: StorageSettings, fields: readonly string[] = []): Promise<Storage> {
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
      return openOpenSearch(await openSearchOptions(settings, fields))
    }
  }
}
