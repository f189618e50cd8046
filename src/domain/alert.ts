import type { EcsEvent } from './event.ts'

/**
 * One thing for a person to judge: an ECS document with `kibana.alert.*`. ECS is nested, `kibana.alert.*` flat; `process`,
 * `host` and `user` hold one value, `destination.ip` a list. Built by `triage/alert-document.ts`, from a finding of a rule.
 */
export interface Alert {
  readonly '@timestamp': string
  readonly 'kibana.alert.uuid': string
  readonly 'kibana.alert.workflow_status': WorkflowStatus
  readonly [field: string]: unknown
}

export type WorkflowStatus = 'open' | 'acknowledged' | 'closed'

/** Events behind an alert and what they have in common. */
export interface Evidence {
  /** All events that the alert stands for, counted. */
  readonly count: number
  /** The first of them, whole. */
  readonly events: readonly EcsEvent[]
  readonly facets: readonly Facet[]
}

export interface Facet {
  readonly field: string
  readonly values: readonly { readonly value: string; readonly count: number }[]
  /** Distinct values that are not listed. */
  readonly others: number
  /** Counted over `Evidence.events` alone, which are fewer than all: others may have values that nobody looked at. */
  readonly sampled?: true
}

/** What whoever judges an alert asks, in the order in which they ask: with whom, by whom, how often, what exactly, and after what. */
export const QUESTIONS = ['addresses', 'user', 'rhythm', 'command', 'before'] as const

export interface Answer {
  readonly question: (typeof QUESTIONS)[number]
  /** One sentence or several. Values of hosts stand in it as they are. */
  readonly says: string
}
