import type { EpochMs } from './time.ts'

/** Keeps a rule from alerting: all entries must hold. Shape and names as in Kibana's exception items. */
export interface ExceptionItem {
  readonly item_id: string
  readonly name: string
  readonly description?: string
  readonly entries: readonly ExceptionEntry[]
  /** From this moment on the item no longer holds. */
  readonly expire_time?: EpochMs
  readonly tags?: readonly string[]
}

export type ExceptionEntry =
  | { readonly type: 'match'; readonly field: string; readonly operator: Operator; readonly value: string }
  | {
      readonly type: 'match_any'
      readonly field: string
      readonly operator: Operator
      readonly value: readonly string[]
    }
  | { readonly type: 'wildcard'; readonly field: string; readonly operator: Operator; readonly value: string }
  | { readonly type: 'exists'; readonly field: string; readonly operator: Operator }
  | {
      readonly type: 'list'
      readonly field: string
      readonly operator: Operator
      readonly list: { readonly id: string; readonly type: string }
    }

export type Operator = 'included' | 'excluded'
