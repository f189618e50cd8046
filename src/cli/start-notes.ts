import { counted } from '../domain/words.ts'
import type { Terminal } from './terminal.ts'

/** An export of Kibana may hold a hundred rules of which none is about a job here; what else there is to say should not drown in that. */
const MOST = 12

/** What a person should know of the jobs and rules before they run. */
export function tellNotes(notes: readonly string[], terminal: Terminal): void {
  for (const note of notes.slice(0, MOST)) terminal.note(note)
  const more = notes.length - MOST
  if (more > 0)
    terminal.note(`${counted(more, 'more note')} of this kind: oddsock check tells all, of the rules in the settings`)
}
