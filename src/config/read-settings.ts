import * as v from 'valibot'
import type { Problem } from '../domain/error.ts'
import { type Checked, pathName } from '../domain/fault.ts'
import { type Layer, nearestTo, originName, plainOf, replacedAt } from './layer.ts'
import { nearest } from './nearest.ts'
import { type Config, type PlugInSettings, type PlugInType, SETTINGS } from './schema.ts'

export interface Catalogues {
  readonly sources: readonly PlugInType[]
  readonly sinks: readonly PlugInType[]
}

type Path = readonly (string | number)[]
type Issue = v.BaseIssue<unknown>

/** The settings as the product takes them, or all that is wrong with them, each with the place where it was written. */
export function readSettings(layer: Layer, catalogues: Catalogues): Checked<Config, Problem> {
  const secrets = secretsInTheOpen(layer)
  const typed = typedFromEnvironment(layer, SETTINGS, [])
  const result = v.safeParse(SETTINGS, plainOf(typed))
  if (!result.success)
    return {
      value: undefined,
      problems: [...secrets, ...result.issues.map((issue) => problemOf(issue, [], typed, SETTINGS))],
    }
  const source = readPlugIns('source', result.output.source, catalogues.sources, typed)
  const sink = readPlugIns('sink', result.output.sink, catalogues.sinks, typed)
  const problems = [
    ...secrets,
    ...source.problems,
    ...sink.problems,
    ...halfTls(result.output.http, typed),
    ...sourcesBesideIndices(result.output, typed),
    ...lookBackAlone(result.output, typed),
    ...thresholdAndBudget(result.output, typed),
  ]
  if (problems.length > 0) return { value: undefined, problems }
  return { value: { ...result.output, source: source.items, sink: sink.items }, problems: [] }
}

/**
 * The environment knows texts only. Where the schema wants something else, the text is tried as a number, as `true` or `false`,
 * and as a list with commas.
 */
function typedFromEnvironment(layer: Layer, schema: v.GenericSchema, at: Path): Layer {
  const result = v.safeParse(schema, plainOf(at.length === 0 ? layer : nearestTo(layer, at)))
  let typed = layer
  for (const issue of result.issues ?? []) {
    const path = [...at, ...pathOf(issue)]
    const found = nearestTo(typed, path)
    if (found.kind !== 'scalar' || found.origin.kind !== 'environment' || typeof found.value !== 'string') continue
    typed = replacedAt(typed, path, (scalar) => fromText(String(plainOf(scalar)), issue.expected ?? '', scalar))
  }
  return typed
}

function fromText(text: string, expected: string, scalar: Layer): Layer {
  const { origin } = scalar
  const value = (value: unknown): Layer => ({ kind: 'scalar', value, origin })
  if (expected === 'Array') {
    const items = text.split(',').map((item) => item.trim())
    return { kind: 'list', items: items.filter((item) => item !== '').map(value), origin }
  }
  if (expected === 'boolean' && /^(true|false)$/.test(text)) return value(text === 'true')
  if (expected === 'number' && text.trim() !== '' && !Number.isNaN(Number(text))) return value(Number(text))
  return scalar
}

function readPlugIns(
  kind: 'source' | 'sink',
  given: readonly { readonly type: string; readonly name?: string }[],
  types: readonly PlugInType[],
  layer: Layer,
): { readonly items: readonly PlugInSettings[]; readonly problems: readonly Problem[] } {
  const items: PlugInSettings[] = []
  const problems: Problem[] = []
  const names = new Set<string>()
  for (const [i, { type, name = type }] of given.entries()) {
    const known = types.find((one) => one.name === type)
    if (!known) {
      problems.push(unknownType(kind, type, types, nearestTo(layer, [kind, i, 'type'])))
      continue
    }
    // A sink is remembered under its name; a source gives names of its own, by what it reads.
    if (kind === 'sink' && names.has(name)) problems.push(sameName(name, nearestTo(layer, [kind, i, 'name'])))
    names.add(name)
    const typed = typedFromEnvironment(withoutHead(layer, [kind, i], HEAD[kind]), known.options, [kind, i])
    const result = v.safeParse(known.options, plainOf(nearestTo(typed, [kind, i])))
    if (result.success) items.push({ type, name, options: result.output })
    else problems.push(...result.issues.map((issue) => problemOf(issue, [kind, i], typed, known.options)))
  }
  return { items, problems }
}

/** What every entry has. */
const HEAD = { source: ['type'], sink: ['type', 'name'] }

function withoutHead(layer: Layer, path: Path, head: readonly string[]): Layer {
  return replacedAt(layer, path, (entry) => {
    if (entry.kind !== 'table') return entry
    const entries = new Map([...entry.entries].filter(([key]) => !head.includes(key)))
    return { ...entry, entries }
  })
}

function problemOf(issue: Issue, at: Path, layer: Layer, schema: v.GenericSchema): Problem {
  const inner = pathOf(issue)
  const path = [...at, ...inner]
  if (issue.type === 'strict_object' && issue.expected === 'never') return unknownKey(path, inner, layer, schema)
  const missing = issue.input === undefined
  const found = nearestTo(layer, path)
  return {
    message: `Cannot use the settings: ${pathName(path)} ${missing ? 'is missing' : `is ${shown(issue.input, path)}, expected ${issue.message}`}`,
    ...(missing ? { code: 'CONFIG_INCOMPLETE' } : { code: 'CONFIG_INVALID' }),
    ...placed(found),
  }
}

function unknownKey(path: Path, inner: Path, layer: Layer, schema: v.GenericSchema): Problem {
  const known = keysAt(schema, inner.slice(0, -1))
  const meant = nearest(String(path.at(-1)), known)
  return {
    message: `Cannot use the settings: ${pathName(path)} is not known`,
    code: 'CONFIG_UNKNOWN_KEY',
    hint: meant === undefined ? `Known are ${known.join(', ')}.` : `Did you mean "${meant}"?`,
    ...placed(nearestTo(layer, path)),
  }
}

function unknownType(kind: string, type: string, types: readonly PlugInType[], found: Layer): Problem {
  const known = types.map(({ name }) => name)
  const meant = nearest(type, known)
  return {
    message: `Cannot use the settings: there is no ${kind} of type "${type}"`,
    code: 'CONFIG_UNKNOWN_TYPE',
    hint: meant === undefined ? `Known are ${known.join(', ')}.` : `Did you mean "${meant}"?`,
    ...placed(found),
  }
}

function sameName(name: string, found: Layer): Problem {
  return {
    message: `Cannot use the settings: two sinks are called "${name}"`,
    code: 'CONFIG_SAME_NAME',
    hint: 'Give each a "name" of its own: what it has sent is remembered under it.',
    ...placed(found),
  }
}

function halfTls({ tls_cert_file, tls_key_file }: Config['http'], layer: Layer): Problem[] {
  if ((tls_cert_file === undefined) === (tls_key_file === undefined)) return []
  return [
    {
      message: 'Cannot use the settings: TLS needs both http.tls_cert_file and http.tls_key_file',
      code: 'CONFIG_INCOMPLETE',
      hint: 'Set both, or leave both out and listen on loopback.',
      ...placed(nearestTo(layer, ['http', tls_cert_file === undefined ? 'tls_key_file' : 'tls_cert_file'])),
    },
  ]
}

/** Where events are read from indices of others, there is nowhere to keep those of a source. */
function sourcesBesideIndices({ storage, source }: v.InferOutput<typeof SETTINGS>, layer: Layer): Problem[] {
  if (storage.indices === undefined || source.length === 0) return []
  return [
    {
      message:
        'Cannot use the settings: with storage.indices events are read from the cluster, and a source has no place',
      code: 'CONFIG_INVALID',
      ...placed(nearestTo(layer, ['source', 0])),
      hint: 'Send its events to the cluster, or leave storage.indices out and let oddsock keep all of them.',
    },
  ]
}

/** What is sent to oddsock has no past that it did not see. */
function lookBackAlone({ storage }: v.InferOutput<typeof SETTINGS>, layer: Layer): Problem[] {
  if (storage.look_back === undefined || storage.indices !== undefined) return []
  return [
    {
      message: 'Cannot use the settings: storage.look_back is about the history of storage.indices, and there are none',
      code: 'CONFIG_INVALID',
      ...placed(nearestTo(layer, ['storage', 'look_back'])),
      hint: 'Leave it out, or name the indices that events are read from.',
    },
  ]
}

/** Alerts are told from a score on, or as many as there is room for. */
function thresholdAndBudget(
  { alerts: { threshold, per_day } }: v.InferOutput<typeof SETTINGS>,
  layer: Layer,
): Problem[] {
  if (threshold === undefined || per_day === undefined) return []
  return [
    {
      message: 'Cannot use the settings: alerts.threshold and alerts.per_day exclude each other',
      code: 'CONFIG_INVALID',
      ...placed(nearestTo(layer, ['alerts', 'per_day'])),
      hint: 'Leave one of them out: alerts come from a score on, or as many as there is room for.',
    },
  ]
}

/** Names of settings that hold a secret themselves; `secret_file` only points to one. */
const SECRET = /(^|_)(secrets?|passwords?|tokens?)$/

export function isSecret(path: Path): boolean {
  return path.some((key) => typeof key === 'string' && SECRET.test(key))
}

/** A file of settings is copied, committed and shown around: it is no place for a secret. */
function secretsInTheOpen(layer: Layer, path: Path = []): Problem[] {
  const name = path.at(-1)
  if (typeof name === 'string' && SECRET.test(name) && layer.origin.kind !== 'environment')
    return [
      {
        message: `Cannot use the settings: ${pathName(path)} is a secret, and it is written in the open`,
        code: 'CONFIG_SECRET_IN_OPEN',
        hint: `Put it into a file of its own and name that: ${name.replace(/s$/, '')}_file; or set it in the environment.`,
        ...placed(layer),
      },
    ]
  if (layer.kind === 'list') return layer.items.flatMap((item, i) => secretsInTheOpen(item, [...path, i]))
  if (layer.kind !== 'table') return []
  return [...layer.entries].flatMap(([key, value]) => secretsInTheOpen(value, [...path, key]))
}

function shown(value: unknown, path: Path): string {
  if (isSecret(path)) return 'not right'
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'a table'
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

function placed({ origin }: Layer): { where?: string } {
  return origin.kind === 'default' ? {} : { where: originName(origin) }
}

function pathOf(issue: Issue): Path {
  return (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)))
}

/** The keys of the table that stands at a path of a schema. */
function keysAt(schema: v.GenericSchema, [key, ...rest]: Path): string[] {
  const inner = schema as {
    readonly entries?: Record<string, v.GenericSchema>
    readonly item?: v.GenericSchema
    readonly wrapped?: v.GenericSchema
  }
  if (inner.wrapped) return keysAt(inner.wrapped, key === undefined ? [] : [key, ...rest])
  if (key === undefined) return Object.keys(inner.entries ?? {})
  const next = typeof key === 'number' ? inner.item : inner.entries?.[key]
  return next ? keysAt(next, rest) : []
}
