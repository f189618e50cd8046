import { AppError } from '../../domain/error.ts'
import { isTextField } from '../../query/text-field.ts'
import type { FieldKind, IndexedField } from './compile-query.ts'
import type { Connection } from './connection.ts'

/** How somebody else's indices keep these fields, asked of the cluster. */

interface Capability {
  readonly type: string
  readonly searchable: boolean
  readonly aggregatable: boolean
  readonly indices?: readonly string[]
}

type Capabilities = Readonly<Record<string, Readonly<Record<string, Capability>>>>

const KINDS: ReadonlyMap<string, FieldKind> = new Map([
  ['keyword', 'keyword'],
  ['constant_keyword', 'keyword'],
  ['wildcard', 'keyword'],
  ['text', 'text'],
  ['match_only_text', 'text'],
  ['ip', 'ip'],
  ['date', 'date'],
  ['date_nanos', 'date'],
  ['boolean', 'boolean'],
  ...['long', 'integer', 'short', 'byte', 'double', 'float', 'half_float', 'scaled_float', 'unsigned_long'].map(
    (type) => [type, 'number'] as const,
  ),
])

export interface MappedField extends IndexedField {
  /** Whether the cluster can group by it. */
  readonly groups: boolean
}

/**
 * The fields as the indices map them; one that no index has is `none`.
 *
 * @throws AppError MAPPING_CONFLICT where indices keep one field in ways that cannot be asked together
 */
export async function mappedFields(
  connection: Connection,
  indices: string,
  fields: readonly string[],
): Promise<ReadonlyMap<string, MappedField>> {
  const asked = fields.flatMap((field) => [field, `${field}.keyword`])
  const known = await capabilitiesOf(connection, indices, asked)
  return new Map(fields.map((field) => [field, mappedField(field, known)]))
}

/** The types under which the indices can be searched for these fields; a set may be empty, or have several. */
export async function fieldTypes(
  connection: Connection,
  indices: string,
  fields: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const known = await capabilitiesOf(connection, indices, fields)
  const searchable = (field: string) =>
    Object.values(known.get(field) ?? {}).filter(({ type, searchable }) => searchable && type !== 'unmapped')
  return new Map(fields.map((field) => [field, new Set(searchable(field).map(({ type }) => type))]))
}

async function capabilitiesOf(
  connection: Connection,
  indices: string,
  fields: readonly string[],
): Promise<ReadonlyMap<string, Capabilities[string]>> {
  const { body } = await connection.request<{ fields: Capabilities }>('POST', `/${indices}/_field_caps`, {
    query: { fields: fields.join(), ignore_unavailable: true, allow_no_indices: true },
  })
  return new Map(Object.entries(body.fields))
}

function mappedField(field: string, known: ReadonlyMap<string, Capabilities[string]>): MappedField {
  const own = kindOf(field, known.get(field))
  if (own.kind !== 'text' || isTextField(field)) return own
  const beside = kindOf(`${field}.keyword`, known.get(`${field}.keyword`))
  // Words of a field that is no text to us would match what `query/match.ts` does not.
  return beside.kind === 'keyword' ? beside : { ...own, kind: 'unknown' }
}

function kindOf(field: string, capabilities: Capabilities[string] = {}): MappedField {
  const types = Object.values(capabilities).filter(({ type }) => type !== 'unmapped' && type !== 'object')
  if (types.length === 0) return { kind: 'none', name: field, groups: false }
  const kinds = new Set(types.map(({ type }) => KINDS.get(type) ?? 'unknown'))
  if (kinds.size > 1) throw conflict(field, types)
  const [kind] = kinds
  const searchable = types.every((type) => type.searchable)
  return { kind: searchable ? kind! : 'unknown', name: field, groups: types.every(({ aggregatable }) => aggregatable) }
}

function conflict(field: string, types: readonly Capability[]): AppError {
  const where = types.map(({ type, indices = [] }) => `${type} in ${indices.slice(0, 3).join(', ') || 'others'}`)
  return new AppError({
    message: `Cannot read "${field}": indices map it in different ways, ${where.join('; ')}`,
    code: 'MAPPING_CONFLICT',
    hint: 'Leave out one kind of indices, or reindex it with the mapping of the other.',
  })
}
