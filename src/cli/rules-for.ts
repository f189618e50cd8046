import { type JobAndFeed, shippedRules, type UserRules } from '../config/content.ts'
import type { Rule } from '../domain/rule.ts'
import type { Score } from '../domain/time.ts'
import { withoutEffect } from '../domain/unsupported.ts'
import { enumerated } from '../domain/words.ts'
import type { RuleAndExceptions } from '../engine/judging.ts'
import { exceptionsFor, unnamedLists } from '../rules/exception-lists.ts'
import { missingLists } from '../rules/exceptions.ts'
import { isSameJob } from '../rules/job-id.ts'
import { ruleForJob } from '../rules/rule-for-job.ts'
import { unsupportedIn } from '../rules/unsupported.ts'

export interface JudgingRules {
  readonly rules: readonly RuleAndExceptions[]
  /** Whether a rule of the user is among them. */
  readonly own: boolean
  /** What a person should know of the choice. */
  readonly notes: readonly string[]
  /** Sentences on settings of the rules that do nothing here. */
  readonly unsupported: readonly string[]
}

/** What was asked for in place of what the rules say. */
export interface AlertsAsked {
  readonly threshold?: Score
  readonly maxSignals?: number
}

/**
 * The rules that judge a job: the user's `own`, else the one that we ship, else a plain one. With a `threshold` they
 * alert from that score on. Who has switched off their rule of the job wants no alerts of it, so then none judges, not even ours.
 */
export async function rulesFor(
  { job }: JobAndFeed,
  own: readonly UserRules[],
  { threshold, maxSignals }: AlertsAsked = {},
): Promise<JudgingRules> {
  const isAbout = (rule: Rule) =>
    rule.type === 'machine_learning' && rule.machine_learning_job_id?.some((id) => isSameJob(id, job.job_id)) === true
  const given = own.flatMap(({ rules }) => rules)
  const mine = given.filter(isAbout)
  const ours = (await shippedRules()).filter(isAbout).slice(0, 1)
  const on = mine.filter(({ enabled }) => enabled)
  const chosen = mine.length > 0 ? on : ours.length > 0 ? ours : [ruleForJob(job)]
  return {
    rules: chosen.map((rule) => ({
      rule: {
        ...rule,
        ...(threshold !== undefined && { anomaly_threshold: threshold }),
        ...(maxSignals !== undefined && { max_signals: maxSignals }),
      },
      exceptions: exceptionsFor(rule, own),
    })),
    own: on.length > 0,
    unsupported: chosen.flatMap((rule) =>
      unsupportedIn(rule).map((setting) => withoutEffect(`rule "${rule.name}"`, setting)),
    ),
    notes: [
      ...(given.length > 0 && mine.length === 0
        ? [`None of your rules is about the job ${job.job_id}; "${chosen[0]!.name}" judges it`]
        : []),
      ...switchedOff(mine, on, job.job_id),
    ],
  }
}

function switchedOff(mine: readonly Rule[], on: readonly Rule[], jobId: string): string[] {
  const off = mine.filter(({ enabled }) => !enabled).map(({ name }) => `"${name}"`)
  if (off.length === 0) return []
  const are = off.length === 1 ? `Rule ${off[0]} is` : `Rules ${enumerated(off, 3)} are`
  return [
    `${are} switched off (enabled)${on.length > 0 ? '' : `: the job ${jobId} runs, and nobody is told what it finds`}`,
  ]
}

/** What of the user's exceptions takes nothing out. */
export function idleExceptions(own: readonly UserRules[]): string[] {
  const items = own.flatMap(({ exceptions }) => exceptions.map(({ item }) => item))
  const values = missingLists(items, new Map())
  const lists = unnamedLists(own)
  return [
    ...(values.length > 0
      ? [
          `Exceptions name value lists, which a scan does not have: ${enumerated(values, 3)}; those items take nothing out`,
        ]
      : []),
    ...(lists.length > 0
      ? [`Exceptions are of lists that no rule names: ${enumerated(lists, 3)}; those items take nothing out`]
      : []),
  ]
}
