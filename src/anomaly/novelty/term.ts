/** The pieces of evidence, in the order of the design. */
export const TERM_NAMES = [
  'program',
  'review',
  'unknown endpoint',
  'new range',
  'new port',
  'known endpoint',
  'new internal peer',
  'persistence',
  'reach',
  'directory',
  'new directory',
  'name of itself',
  'no network of its own',
  'hour',
  'terminal',
  'port',
  'fan-out',
  'new peers at once',
  'leap',
  'roll-out',
  'burst',
] as const
export type TermName = (typeof TERM_NAMES)[number]

/** One piece of evidence in nats, and the numbers and words that made it, for its sentence. */
export interface Term {
  readonly name: TermName
  readonly nats: number
  readonly numbers: Readonly<Record<string, number | string>>
}
