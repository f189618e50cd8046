import type { Seq } from '../domain/time.ts'

/** Documents of a journal, oldest first. */
export interface Page<T> {
  readonly items: readonly { readonly seq: Seq; readonly doc: T }[]
  /** `after` of the next page. */
  readonly next: Seq
}

export interface SeqRange {
  readonly after: Seq
  readonly limit: number
}
