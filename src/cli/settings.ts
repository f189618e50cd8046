import { CATALOGUES } from '../config/catalogues.ts'
import { type FlagSetting, type LoadedConfig, loadConfig } from '../config/load.ts'
import type { ApiClient } from './api-client.ts'
import { openApi } from './api-doors.ts'
import type { Io } from './terminal.ts'

/** Flags of every command that needs settings. */
export interface SettingsOptions {
  readonly config?: string
  readonly state?: string
}

/** @throws ConfigError, AppError FILE_UNREADABLE */
export function settingsOf(
  { config, state }: SettingsOptions,
  { env }: Io,
  moreFlags: readonly FlagSetting[] = [],
): LoadedConfig {
  const ofState = state === undefined ? [] : [{ flag: '--state', setting: 'storage.path', value: state }]
  const flags = [...ofState, ...moreFlags]
  return loadConfig({ env, flags, catalogues: CATALOGUES, ...(config !== undefined && { file: config }) })
}

/** Asks the API, and closes it whatever comes of it. @throws AppError of the settings, the server or the store */
export async function withApi<T>(options: SettingsOptions, io: Io, ask: (api: ApiClient) => Promise<T>): Promise<T> {
  const api = await openApi(settingsOf(options, io).config)
  try {
    return await ask(api)
  } finally {
    await api.close()
  }
}
