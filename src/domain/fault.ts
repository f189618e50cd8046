import * as v from 'valibot'

/** One thing that is wrong with a value from outside. */
export interface Fault {
  readonly path: readonly (string | number)[]
  /** `anomaly_threshold is 150, expected 0 to 100` */
  readonly says: string
  /** End of an error code. */
  readonly kind: 'INCOMPLETE' | 'OUT_OF_RANGE' | 'INVALID'
}

export type Checked<T, F> =
  | { readonly value: T; readonly problems: readonly [] }
  | { readonly value: undefined; readonly problems: readonly F[] }

/** The value as its schema has it, or all of its faults. The messages of the schema say what is expected: `"0 to 100"`. */
export function checkValue<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
): Checked<v.InferOutput<Schema>, Fault> {
  const result = v.safeParse(schema, value)
  if (result.success) return { value: result.output, problems: [] }
  return { value: undefined, problems: result.issues.map(faultOf) }
}

function faultOf(issue: v.BaseIssue<unknown>): Fault {
  const path = (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)))
  const missing = issue.input === undefined
  return {
    path,
    says: `${pathName(path)} ${missing ? 'is missing' : `is ${show(issue.input)}, expected ${issue.message}`}`,
    kind: missing ? 'INCOMPLETE' : /^(min|max)_value$/.test(issue.type) ? 'OUT_OF_RANGE' : 'INVALID',
  }
}

/** @example pathName(['threat', 0, 'tactic', 'id']) // 'threat[0].tactic.id' */
export function pathName(path: readonly (string | number)[]): string {
  const name = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('')
  return name.replace(/^\./, '') || 'the whole'
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
