import type { AnomalyRecord, AnomalyResult, BucketResult, Influence } from '../domain/anomaly-record.ts'
import type { EpochMs } from '../domain/time.ts'

/** Results of the late window, so that late rows can revise them without reading a store. */
export class RecentResults {
  readonly #buckets: Map<EpochMs, Map<string, AnomalyResult>>

  constructor(saved: readonly AnomalyResult[] = []) {
    this.#buckets = new Map()
    for (const result of saved) this.put(result)
  }

  put(result: AnomalyResult): void {
    let bucket = this.#buckets.get(result.timestamp)
    if (!bucket) {
      bucket = new Map()
      this.#buckets.set(result.timestamp, bucket)
    }
    bucket.set(identityOf(result), result)
  }

  /** The newest revision of what `result` is a revision of. */
  same<R extends AnomalyResult>(result: R): R | undefined {
    return this.#buckets.get(result.timestamp)?.get(identityOf(result)) as R | undefined
  }

  record(start: EpochMs, recordId: string): AnomalyRecord | undefined {
    return this.#buckets.get(start)?.get(recordId) as AnomalyRecord | undefined
  }

  bucket(start: EpochMs): BucketResult | undefined {
    return this.#buckets.get(start)?.get('bucket') as BucketResult | undefined
  }

  forget(before: EpochMs): void {
    for (const start of this.#buckets.keys()) if (start < before) this.#buckets.delete(start)
  }

  save(): AnomalyResult[] {
    return [...this.#buckets.values()].flatMap((bucket) => [...bucket.values()])
  }
}

/**
 * What late rows make of a result that may be stored already: a new revision with the first initial score, or undefined where the
 * stored one stands. What was more unusual before stays so; a bucket counts the events of now.
 */
export function revise(known: AnomalyResult | undefined, fresh: AnomalyResult): AnomalyResult | undefined {
  if (!known) return fresh
  if (known.result_type === 'influencer' && fresh.result_type === 'influencer')
    return known.probability <= fresh.probability
      ? undefined
      : { ...fresh, initial_influencer_score: known.initial_influencer_score }
  if (known.result_type === 'bucket' && fresh.result_type === 'bucket') return reviseBucket(known, fresh)
  return fresh
}

function reviseBucket(known: BucketResult, fresh: BucketResult): BucketResult | undefined {
  const event_count = Math.max(known.event_count, fresh.event_count)
  if (fresh.anomaly_score > known.anomaly_score)
    return { ...fresh, event_count, initial_anomaly_score: known.initial_anomaly_score }
  return event_count === known.event_count ? undefined : { ...known, event_count }
}

/** The values of both lists, field by field, those of `known` first. The same object if there is nothing new. */
export function unite(known: readonly Influence[], more: readonly Influence[]): readonly Influence[] {
  const fields = new Map(known.map((one) => [one.influencer_field_name, one]))
  let grew = false
  for (const { influencer_field_name, influencer_field_values } of more) {
    const before = fields.get(influencer_field_name)?.influencer_field_values ?? []
    const all = [...new Set([...before, ...influencer_field_values])]
    if (all.length === before.length) continue
    grew = true
    fields.set(influencer_field_name, { influencer_field_name, influencer_field_values: all })
  }
  return grew ? [...fields.values()] : known
}

function identityOf(result: AnomalyResult): string {
  if (result.result_type === 'record') return result.record_id
  if (result.result_type === 'bucket') return 'bucket'
  return `influencer ${result.influencer_field_name} ${result.influencer_field_value}`
}
