import { LEARNING, SETTLING } from '../domain/learning.ts'
import { DAY, type DurationMs, formatDuration, SECOND } from '../domain/time.ts'
import type { ReportJob } from './report.ts'
import { these } from './words.ts'

/** Whether so much history is too short for certainty: what is oddest in it is listed, alert or not. */
export function isShort(history: DurationMs): boolean {
  return history < LEARNING
}

/** What the list of what to look at is. */
export function reviewHeading(history: DurationMs): { readonly title: string; readonly about: string } {
  return isShort(history)
    ? {
        title: 'To look at',
        about: `${formatDuration(history)} of data are too little for certainty; these are no alerts`,
      }
    : {
        title: 'For a weekly look',
        about: 'odd, but below the threshold or held back while learning; these are no alerts',
      }
}

/** Whether `rare` can hardly speak: after one day a name seen for the first time reaches about 50 (`what-a-score-means.md`). */
export function isTooShortForRare(history: DurationMs): boolean {
  return history < DAY
}

/**
 * What a short history means for the jobs that ran on it, in a sentence for all of them; nothing where it is long enough.
 *
 * @example shortHistory(7200000, [{ isNovelty: false }]) // ['2 hours of data: rare means rare in these 2 hours, and of less than a day that says little.']
 */
export function shortHistory(history: DurationMs, jobs: readonly Pick<ReportJob, 'isNovelty'>[]): string[] {
  if (!isShort(history) || jobs.length === 0) return []
  if (history < 2 * SECOND) return ['A moment of data: nothing can be rare or new in it.']
  const meant = new Set(jobs.map(({ isNovelty }) => (isNovelty ? newMeans(history) : rareMeans(history))))
  return [`${formatDuration(history)} of data: ${[...meant].join('; ')}.`]
}

function rareMeans(history: DurationMs): string {
  const little = isTooShortForRare(history) ? ', and of less than a day that says little' : ''
  return `rare means rare in ${these(history)}${little}`
}

function newMeans(history: DurationMs): string {
  const first = `in the first ${formatDuration(SETTLING)}`
  return history < SETTLING
    ? `new means new in ${these(history)}, and nothing is an alert ${first}: what is odd is listed instead`
    : `new means new in ${these(history)}, and nothing was an alert ${first}`
}
