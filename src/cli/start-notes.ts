import { counted } from '../domain/words.ts'
import type { JobsAndNotes } from './jobs-to-run.ts'
import type { Terminal } from './terminal.ts'

/** An export of Kibana may hold a hundred rules of which none is about a job here; what else there is to say should not drown in that. */
const MOST = 12

/** What a person should know of the jobs and rules before they run: what is left out comes first. */
export function tellNotes({ ofFiles, notes }: Omit<JobsAndNotes, 'jobs'>, terminal: Terminal): void {
  const all = [...ofFiles, ...notes]
  for (const note of all.slice(0, MOST)) terminal.note(note)
  const more = all.length - MOST
  if (more > 0)
    terminal.note(`${counted(more, 'more note')} of this kind: oddsock check tells all, of the rules in the settings`)
}
