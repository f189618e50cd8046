import type { Feedback } from '../domain/feedback.ts'
import type { StateStore } from '../storage/state-store.ts'
import { StoredList } from './stored-list.ts'

/**
 * What people have said for models to learn from, in the order in which they said it. Whoever is told writes it here, in whichever
 * process; the engine looks now and then, and each job takes what is new at a place of its sequence (`decisions.ts`).
 */
export class FeedbackList extends StoredList<Feedback> {
  constructor(state: StateStore) {
    super(state, 'feedback', ({ id }) => id)
  }
}
