import type { Datafeed } from '../datafeed/datafeed.ts'
import type { Alert } from '../domain/alert.ts'
import { derivedId } from '../domain/hash.ts'
import { type Log, SILENT } from '../domain/log.ts'
import { firstOf } from '../domain/observation.ts'
import { DAY, type EpochMs, isoTime } from '../domain/time.ts'
import type { Notice } from '../storage/alert-store.ts'
import type { Storage } from '../storage/storage.ts'
import { alertDocument } from '../triage/alert-document.ts'
import { evidenceOf, placesToShow } from '../triage/evidence.ts'
import { withJoined } from '../triage/joined.ts'
import type { AlertDraft } from './alert-drafts.ts'
import { LookBack } from './look-back.ts'
import { unstamped } from './stamp.ts'

/** `provisional`, then exactly one of the others (`time-and-order.md` §7). */
export type AlertPhase = 'provisional' | 'confirmed' | 'withdrawn'

/** Where an alert tells its phase. */
export const PHASE = 'oddsock.alert.phase'

/** What people have said of an alert; the engine never writes over it. */
const WORKFLOW = 'kibana.alert.workflow_'

/** Alerts on buckets older than this are stored, not sent: history that is gone through tells nobody anything at night. */
const SENT_WITHIN = DAY

/** Brings stored alerts level with their drafts: reads the evidence, keeps what people have said, and leaves a notice for sinks. */
export class AlertWriter {
  readonly #storage: Pick<Storage, 'alerts' | 'events'>
  readonly #feed: Datafeed
  readonly #lookBack: LookBack
  readonly #timeOfDay: () => EpochMs
  readonly #quiet: boolean

  /** `quiet` leaves no notices. */
  constructor(
    storage: Pick<Storage, 'alerts' | 'events'>,
    feed: Datafeed,
    timeOfDay: () => EpochMs,
    { quiet = false, log = SILENT }: { readonly quiet?: boolean | undefined; readonly log?: Log } = {},
  ) {
    this.#storage = storage
    this.#lookBack = new LookBack(storage.events, (error) =>
      log.warn('What happened before an alert could not be found out', {
        error: error instanceof Error ? error.message : String(error),
      }),
    )
    this.#feed = feed
    this.#timeOfDay = timeOfDay
    this.#quiet = quiet
  }

  /** A finding of a closed bucket, new or grown. */
  async confirm(draft: AlertDraft): Promise<void> {
    await this.#write(inPhase(await this.#alertOf(draft), 'confirmed'), draft.record.timestamp)
  }

  /** Something has joined an alert that is as it was: its evidence need not be read again, and nobody is told. */
  async grow(draft: AlertDraft): Promise<void> {
    const known = await this.#storage.alerts.get(draft.finding.alertId)
    if (known === undefined || phaseOf(known.doc) !== 'confirmed') return this.confirm(draft)
    const alert = withJoined(known.doc, draft.joined, draft.finding.rule)
    if (JSON.stringify(known.doc) === JSON.stringify(alert)) return
    if ((await this.#storage.alerts.update(alert, known.version)) === 'conflict') await this.grow(draft)
  }

  /** A finding of a bucket that is still open. One that is told already is left as it is until the bucket closes. */
  async raise(draft: AlertDraft): Promise<void> {
    if (await this.#storage.alerts.get(draft.finding.alertId)) return
    const alert = inPhase(await this.#alertOf(draft), 'provisional', isoTime(this.#timeOfDay()))
    await this.#storage.alerts.create(alert, this.#noticeOf(alert, 'created', draft.record.timestamp))
  }

  /** The bucket has closed and the finding of the trial is not among those that count. It stays in the list, closed by the system. */
  async withdraw(alertId: string): Promise<void> {
    const known = await this.#storage.alerts.get(alertId)
    if (!known || phaseOf(known.doc) !== 'provisional') return
    // What a person has closed meanwhile keeps their reason.
    const settled = known.doc['kibana.alert.workflow_status'] === 'closed'
    const alert: Alert = {
      ...inPhase(known.doc, 'withdrawn'),
      ...(!settled && {
        'kibana.alert.workflow_status': 'closed',
        'kibana.alert.workflow_reason': 'withdrawn by oddsock: the whole bucket shows nothing unusual',
      }),
    }
    const notice = this.#noticeOf(alert, 'withdrawn', this.#timeOfDay())
    if ((await this.#storage.alerts.update(alert, known.version, notice)) === 'conflict') await this.withdraw(alertId)
  }

  async #write(alert: Alert, bucket: EpochMs): Promise<void> {
    const { alerts } = this.#storage
    if ((await alerts.create(alert, this.#noticeOf(alert, 'created', bucket))) === 'created') return
    const known = await alerts.get(alert['kibana.alert.uuid'])
    if (!known) return
    const merged = withWorkflowOf(known.doc, alert)
    if (JSON.stringify(known.doc) === JSON.stringify(merged)) return
    const reason = phaseOf(known.doc) === 'confirmed' ? undefined : this.#noticeOf(alert, 'confirmed', bucket)
    if ((await alerts.update(merged, known.version, reason)) === 'conflict') await this.#write(alert, bucket)
  }

  async #alertOf({ finding, record, rows, upTo = Number.POSITIVE_INFINITY, ...known }: AlertDraft): Promise<Alert> {
    const events = await this.#storage.events.read(placesToShow(rows, record))
    const evidence = evidenceOf(rows, this.#feed.fields, events.filter((event) => event !== undefined).map(unstamped))
    const before = await this.#lookBack.before({ host: finding.host, first: firstOf(rows), upTo })
    return alertDocument({ ...finding, record, rows }, evidence, { ...known, before })
  }

  #noticeOf(alert: Alert, reason: Notice['reason'], bucket: EpochMs): Notice | undefined {
    if (this.#quiet || this.#timeOfDay() - bucket > SENT_WITHIN) return undefined
    const id = alert['kibana.alert.uuid']
    return { id: derivedId('notice', id, reason), alert_id: id, reason }
  }
}

export function phaseOf(alert: Alert): AlertPhase | undefined {
  const ours = alert.oddsock as { readonly alert?: { readonly phase?: AlertPhase } } | undefined
  return ours?.alert?.phase
}

/** @param raised when it was first told, for one that is provisional; kept from then on */
function inPhase(alert: Alert, phase: AlertPhase, raised?: string): Alert {
  const ours = alert.oddsock as { readonly alert?: object } | undefined
  return { ...alert, oddsock: { ...ours, alert: { ...ours?.alert, phase, ...(raised && { provisional_at: raised }) } } }
}

/** The alert as it is now, with the workflow of the stored one, and the time at which that was first told. */
function withWorkflowOf(known: Alert, alert: Alert): Alert {
  const raised = (known.oddsock as { readonly alert?: { readonly provisional_at?: string } } | undefined)?.alert
    ?.provisional_at
  const kept = Object.entries(known).filter(([field]) => field.startsWith(WORKFLOW))
  // What the system closed, because the bucket showed nothing, is open again when a late row shows something after all.
  const workflow = phaseOf(known) === 'withdrawn' ? [] : kept
  return inPhase({ ...alert, ...Object.fromEntries(workflow) }, 'confirmed', raised)
}
