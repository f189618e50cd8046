import type { Rule } from '../domain/rule.ts'
import { enumerated } from '../domain/words.ts'
import { isSameJob } from '../rules/job-id.ts'

/**
 * A sentence on each rule that is about a job which does not run: it would never alert, and nobody would know why.
 *
 * @param running ids of the jobs that run
 * @param shipped ids of those that need no file
 */
export function idleRules(rules: readonly Rule[], running: readonly string[], shipped: readonly string[]): string[] {
  return rules.flatMap(({ name, type, enabled, machine_learning_job_id: asked = [] }) => {
    const missing = asked.filter((id) => !running.some((job) => isSameJob(id, job)))
    if (type !== 'machine_learning' || !enabled || missing.length === 0) return []
    const isKnown = missing.every((id) => shipped.some((job) => isSameJob(id, job)))
    const also = missing.length < asked.length ? 'also ' : ''
    const [jobs, it] = missing.length === 1 ? ['job', 'it'] : ['jobs', 'them']
    const which = `${jobs} ${enumerated(missing, missing.length)}, which ${missing.length === 1 ? 'does' : 'do'} not run`
    return [`Rule "${name}" is ${also}about the ${which}: add ${isKnown ? it : `a file of ${it}`} to jobs (--job)`]
  })
}
