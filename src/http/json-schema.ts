import type * as v from 'valibot'

/** A schema as OpenAPI writes it. */
export interface JsonSchema {
  readonly [keyword: string]: unknown
}

/** What is read of a schema of valibot; each kind has some of it. */
interface Parts {
  readonly type: string
  readonly pipe?: readonly Parts[]
  readonly wrapped?: v.GenericSchema
  readonly default?: unknown
  readonly entries?: Readonly<Record<string, v.GenericSchema>>
  readonly item?: v.GenericSchema
  readonly options?: readonly string[]
  readonly requirement?: unknown
}

/**
 * The JSON Schema of a body of a request.
 *
 * @throws RangeError for a kind of schema that no body has so far
 */
export function jsonSchemaOf(schema: v.GenericSchema): JsonSchema {
  const { type, pipe, wrapped, default: otherwise, entries, item, options } = schema as unknown as Parts
  const rules = Object.assign({}, ...(pipe?.slice(1) ?? []).map(ruleOf))
  switch (type) {
    case 'string':
    case 'boolean':
      return { type, ...rules }
    case 'picklist':
      return { enum: options }
    case 'array':
      return { type: 'array', items: jsonSchemaOf(item!) }
    case 'exact_optional':
      return jsonSchemaOf(wrapped!)
    case 'optional':
      return { ...jsonSchemaOf(wrapped!), default: otherwise }
    case 'strict_object':
      return {
        type: 'object',
        properties: Object.fromEntries(Object.entries(entries!).map(([name, one]) => [name, jsonSchemaOf(one)])),
        required: Object.keys(entries!).filter((name) => !/optional/.test(entries![name]!.type)),
        additionalProperties: false,
      }
    default:
      throw new RangeError(`Cannot write a schema of type "${type}" as JSON Schema`)
  }
}

/** What a step of a pipe demands; a check by a function cannot be written down. */
function ruleOf({ type, requirement }: Parts): JsonSchema {
  if (type === 'max_length') return { maxLength: requirement }
  if (type === 'non_empty') return { minLength: 1 }
  return {}
}
