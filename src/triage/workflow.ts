import type { Alert, WorkflowStatus } from '../domain/alert.ts'
import type { Feedback } from '../domain/feedback.ts'
import { type EpochMs, isoTime } from '../domain/time.ts'

export const WORKFLOW_STATUSES: readonly WorkflowStatus[] = ['open', 'acknowledged', 'closed']

/** Why an alert was closed: something bad, something harmless, a change that was known, a test, or no use at all. */
export const CLOSE_REASONS = ['real', 'harmless', 'known-change', 'test', 'noise'] as const
export type CloseReason = (typeof CLOSE_REASONS)[number]

/** What a person says of an alert. */
export interface Verdict {
  readonly status: WorkflowStatus
  /** Of a closed alert. */
  readonly reason?: CloseReason
  readonly note?: string
  /** What the model that raised it is to learn from that. */
  readonly teaches?: Feedback['says']
  /** Who says it. */
  readonly by?: string
}

/** A verdict as the alert remembers it, oldest first. */
export interface GivenVerdict extends Verdict {
  readonly at: string
}

/** Where an alert keeps its verdicts: the engine, when it writes an alert again, leaves the fields of the workflow alone. */
const HISTORY = 'kibana.alert.workflow_history'

/** The alert with a verdict. What was said before stays in it; the status of before does not. */
export function judged(alert: Alert, verdict: Verdict, now: EpochMs): Alert {
  const { 'kibana.alert.workflow_reason': _reason, 'kibana.alert.workflow_user': _user, ...rest } = alert
  const given: GivenVerdict = { at: isoTime(now), ...verdict }
  return {
    ...(rest as Alert),
    'kibana.alert.workflow_status': verdict.status,
    'kibana.alert.workflow_status_updated_at': isoTime(now),
    ...(verdict.status === 'closed' && verdict.reason && { 'kibana.alert.workflow_reason': verdict.reason }),
    ...(verdict.by && { 'kibana.alert.workflow_user': verdict.by }),
    [HISTORY]: [...verdictsOf(alert), given],
  }
}

/** Whether the last that anybody has said of an alert is that it was something bad: closed as real, or malicious and not closed yet. */
export function isJudgedReal(alert: Alert): boolean {
  const reason = alert['kibana.alert.workflow_reason']
  if (reason !== undefined) return reason === 'real'
  const last = verdictsOf(alert).findLast((verdict) => verdict.reason !== undefined || verdict.teaches !== undefined)
  return last?.reason === 'real' || last?.teaches === 'malicious'
}

export function verdictsOf({ [HISTORY]: verdicts }: Alert): readonly GivenVerdict[] {
  return Array.isArray(verdicts) ? verdicts : []
}
