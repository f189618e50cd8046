import * as v from 'valibot'
import { CATALOGUES } from '../../src/config/catalogues.ts'
import { defaultSettings, type PlugInType, SETTINGS } from '../../src/config/schema.ts'

type Entries = Readonly<Record<string, v.GenericSchema>>

/** The settings with their defaults, from the schema that checks them. */
export function settingsReference(): string {
  const defaults = defaultSettings('/var/lib/oddsock', [{ type: 'file-tail', path: '/var/log/audit/audit.log' }])
  const rows = Object.entries(SETTINGS.entries).flatMap(([name, schema]) => {
    const given = defaults[name] as Readonly<Record<string, unknown>>
    const inner = entriesOf(schema)
    if (!inner) return [row(name, schema, given)]
    return Object.entries(inner).map(([key, setting]) => row(`${name}.${key}`, setting, given[key]))
  })
  return ['| setting | unless set | |', '|---|---|---|', ...rows].join('\n')
}

/** Kinds of sources or of sinks, each with its options and examples. */
export function plugInReference(kind: 'sources' | 'sinks'): string {
  return CATALOGUES[kind].map(sectionOf).join('\n\n')
}

function sectionOf({ name, summary, options, examples }: PlugInType): string {
  const rows = Object.entries(entriesOf(options) ?? {}).map(
    ([option, schema]) => `| \`${option}\` | ${cell(descriptionOf(schema))} |`,
  )
  return [
    `### ${name}`,
    '',
    `${capital(summary).replace(/\.$/, '')}.`,
    '',
    ...['| option | |', '|---|---|', ...rows],
    ...examples.flatMap(({ title, toml }) => ['', `${capital(title)}:`, '', '```toml', toml, '```']),
  ].join('\n')
}

function row(name: string, schema: v.GenericSchema, value: unknown): string {
  const otherwise = value === undefined ? '' : `\`${toml(value)}\``
  return `| \`${name}\` | ${cell(otherwise)} | ${cell(descriptionOf(schema))} |`
}

function toml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toml).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return `{ ${Object.entries(value)
    .map(([key, inner]) => `${key} = ${toml(inner)}`)
    .join(', ')} }`
}

/** As the schema says it, by either of the two ways in which valibot lets it; of a choice, what its first member says. */
function descriptionOf(schema: v.GenericSchema): string {
  const { wrapped, options } = schema as { readonly wrapped?: v.GenericSchema; readonly options?: readonly unknown[] }
  const told =
    v.getDescription(schema as never) ?? (v.getMetadata(schema as never) as { description?: string }).description
  const inner = wrapped ?? (typeof options?.[0] === 'object' ? (options[0] as v.GenericSchema) : undefined)
  return told ?? (inner ? descriptionOf(inner) : '')
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function entriesOf(schema: v.GenericSchema): Entries | undefined {
  return (schema as { readonly entries?: Entries }).entries
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
}
