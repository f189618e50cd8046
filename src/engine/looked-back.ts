import type { Before } from '../domain/landmark.ts'
import { firstOf } from '../domain/observation.ts'
import type { EpochMs } from '../domain/time.ts'
import type { EventReader } from '../storage/storage.ts'
import type { AlertDraft, AlertDrafts } from './alert-drafts.ts'
import { LookBack } from './look-back.ts'

/** What happened before each alert of a scan: looked up when it is found, since landmarks are at hand for a while only. */
export class LookedBack {
  readonly #lookBack: LookBack
  readonly #found = new Map<string, { readonly first: EpochMs; readonly before: Before | undefined }>()

  constructor(events: Pick<EventReader, 'observe'>) {
    this.#lookBack = new LookBack(events)
  }

  /** Looks before those drafts that are new, or whose first event is another one now. */
  async follow(drafts: AlertDrafts): Promise<void> {
    for (const { finding, rows, upTo = 0 } of drafts.takeChanged().changed) {
      const { alertId, host } = finding
      const first = firstOf(rows)
      if (this.#found.get(alertId)?.first === first) continue
      this.#found.set(alertId, { first, before: await this.#lookBack.before({ host, first, upTo }) })
    }
  }

  /** Alerts of which it could not be found out. */
  get unknown(): number {
    return [...this.#found.values()].filter(({ before }) => before === undefined).length
  }

  of({ finding }: AlertDraft): Before | undefined {
    return this.#found.get(finding.alertId)?.before
  }
}
