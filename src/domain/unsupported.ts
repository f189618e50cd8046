/** A setting of a user's file that does nothing here: no problem, since all else of the file works, and worth a word. */
export interface Unsupported {
  readonly message: string
  /** A file with line and column. */
  readonly where: string
}

/** Which of these settings a table has. Empty lists and tables, and what is switched off, say nothing. */
export function settingsIn<Name extends string>(
  table: Readonly<Record<string, unknown>>,
  names: readonly Name[],
): Name[] {
  return names.filter((name) => Object.hasOwn(table, name) && isSet(table[name]))
}

/** @example withoutEffect('rule "Mine"', 'actions') // 'actions of rule "Mine" is not supported and has no effect' */
export function withoutEffect(of: string, setting: string): string {
  return `${setting} of ${of} is not supported and has no effect`
}

function isSet(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0
  return value !== undefined && value !== null && value !== '' && value !== false
}
