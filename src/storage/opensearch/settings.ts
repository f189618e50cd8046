import { readFile } from 'node:fs/promises'
import { AppError } from '../../domain/error.ts'
import { DAY, type DurationMs } from '../../domain/time.ts'
import type { OpenSearchOptions } from './open-opensearch.ts'

/** What the settings say of a cluster (`config/schema.ts`). */
export interface ClusterSettings {
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

/** History of an index that a new job goes through. */
const LOOK_BACK: DurationMs = 30 * DAY

/**
 * Settings as the store takes them; secrets are read from their files.
 *
 * @throws AppError SETTING_MISSING · FILE_UNREADABLE
 */
export async function openSearchOptions(
  settings: ClusterSettings,
  fields: readonly string[],
  now: () => number = Date.now,
): Promise<OpenSearchOptions> {
  const { nodes = [], indices = [], look_back = LOOK_BACK, prefix, username, keep, keep_size } = settings
  if (nodes.length === 0)
    throw new AppError({
      message: 'Cannot open the storage: engine is "opensearch" and no node is named',
      where: 'storage.nodes',
      code: 'SETTING_MISSING',
      hint: 'storage = { engine = "opensearch", nodes = ["https://node-1:9200"] }',
    })
  const [password, apiKey, ca] = await Promise.all(
    [settings.password_file, settings.api_key_file, settings.ca_file].map(textOf),
  )
  return {
    nodes,
    fields,
    keep: { time: keep, bytes: keep_size },
    ...(prefix !== undefined && { prefix }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(apiKey !== undefined && { apiKey }),
    ...(ca !== undefined && { ca }),
    ...(indices.length > 0 && { reads: { indices, from: now() - look_back } }),
  }
}

async function textOf(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (cause) {
    throw new AppError({
      message: `Cannot read "${file}": ${String(cause)}`,
      where: file,
      code: 'FILE_UNREADABLE',
      hint: 'Check the path, and whether the user that runs oddsock may read it.',
      cause,
    })
  }
}
