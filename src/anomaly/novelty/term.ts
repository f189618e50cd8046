import type { TermName } from '../../domain/term-name.ts'

/** One piece of evidence in nats, and the numbers and words that made it, for its sentence. */
export interface Term {
  readonly name: TermName
  readonly nats: number
  readonly numbers: Readonly<Record<string, number | string>>
}
