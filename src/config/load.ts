import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { AppError, type Problem } from '../domain/error.ts'
import { pathName } from '../domain/fault.ts'
import { parseToml } from '../rules/read/toml.ts'
import { CHECK_PATH, reasonOf } from '../sources/unreadable.ts'
import { settingsFiles, stateFolder } from './folders.ts'
import {
  fromEnvironment,
  fromFile,
  fromPlain,
  type Layer,
  laid,
  leavesOf,
  nearestTo,
  originName,
  plainOf,
  variablesNamedIn,
} from './layer.ts'
import { type Catalogues, isSecret, readSettings } from './read-settings.ts'
import { type Config, defaultSettings } from './schema.ts'

export interface ConfigChoice {
  /** `--config`; else `ODDSOCK_CONFIG`, else the usual places. */
  readonly file?: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Flags that set something, by their own names. */
  readonly flags?: readonly FlagSetting[]
  readonly catalogues: Catalogues
}

export interface FlagSetting {
  readonly flag: string
  /** `storage.path` */
  readonly setting: string
  readonly value: unknown
}

/** A setting as `oddsock config` shows it. */
export interface ShownSetting {
  readonly name: string
  /** As it was written; of a secret nothing. */
  readonly value: unknown
  readonly origin: string
}

export interface LoadedConfig {
  readonly config: Config
  /** Every value with its origin, in the order of the schema. */
  readonly settings: readonly ShownSetting[]
  /** The settings file that was read. */
  readonly file?: string
}

/**
 * The settings: flag, environment, file, default, the first that says something.
 *
 * @throws ConfigError with everything that is wrong; AppError FILE_UNREADABLE for the file
 */
export function loadConfig({ file, env, flags = [], catalogues }: ConfigChoice): LoadedConfig {
  const surroundings = { env, isRoot: process.getuid?.() === 0, home: env.HOME ?? homedir() }
  const found = file ?? env.ODDSOCK_CONFIG ?? settingsFiles(surroundings).find((path) => existsSync(path))
  const written = fromFile(parseToml(found === undefined ? '' : readText(found), found ?? ''), found ?? '')
  const set = laid(fromEnvironment(env, variablesNamedIn(written)), written)
  const given = flags.reduce((under, { flag, setting, value }) => {
    return laid(fromPlain(nested(setting, value), { kind: 'flag', name: flag }), under)
  }, set)
  const path = plainOf(nearestTo(given, ['storage', 'path']))
  const storagePath = typeof path === 'string' && path !== '' ? path : stateFolder(surroundings)
  // Who reads the indices of others keeps no events, this machine's own neither.
  const readsIndices = Array.isArray(plainOf(nearestTo(given, ['storage', 'indices'])))
  const defaults = fromPlain(defaultSettings(storagePath, readsIndices ? [] : ownAuditLog()), { kind: 'default' })
  const layer = laid(given, defaults)
  const { value, problems } = readSettings(layer, catalogues)
  if (value === undefined) throw new ConfigError(problems)
  return { config: value, settings: shownSettings(layer), ...(found !== undefined && { file: found }) }
}

/** All that is wrong with the settings; as an error it tells the first. */
export class ConfigError extends AppError {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    const [first] = problems
    super(first!)
    this.name = 'ConfigError'
    this.problems = problems
  }
}

const AUDIT_LOG = '/var/log/audit/audit.log'

/** This machine's own audit log, if we may read it. */
function ownAuditLog(): object[] {
  try {
    accessSync(AUDIT_LOG, constants.R_OK)
    return [{ type: 'file-tail', path: AUDIT_LOG }]
  } catch {
    return []
  }
}

function nested(setting: string, value: unknown): unknown {
  return setting.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value)
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new AppError({
      message: `Cannot read the settings "${file}": ${reasonOf(cause)}`,
      code: 'FILE_UNREADABLE',
      hint: CHECK_PATH,
      cause,
    })
  }
}

function shownSettings(layer: Layer): ShownSetting[] {
  return [...leavesOf(layer)].map(({ path, leaf }) => ({
    name: pathName(path),
    value: isSecret(path) ? HIDDEN : withoutPassword(plainOf(leaf)),
    origin: originName(leaf.origin),
  }))
}

const HIDDEN = '(hidden)'

/** An address may carry a password: `https://user:password@host/`. */
function withoutPassword(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/^(\w+:\/\/)[^/@]*@/, `$1${HIDDEN}@`) : value
}
