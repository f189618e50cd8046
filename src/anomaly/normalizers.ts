import type { AnomalyRecord, BucketInfluencer, InfluencerResult } from '../domain/anomaly-record.ts'
import type { DurationMs, Probability, Score } from '../domain/time.ts'
import { Normalizer, type SavedNormalizer } from './normalize.ts'
import { fedScore } from './score.ts'
import type { Tree } from './tree.ts'

/** The name of the bucket itself among bucket influencers. */
export const BUCKET_TIME = 'bucket_time'

/**
 * All normalisers of a job (rare specification §4.1): one for each detector, shared by its partitions; one for each influencer
 * field; one for each bucket influencer, `bucket_time` among them.
 */
export class Normalizers {
  readonly #bucketSpan: DurationMs
  readonly #normalizers: Map<string, Normalizer>

  constructor(bucketSpan: DurationMs, normalizers = new Map<string, Normalizer>()) {
    this.#bucketSpan = bucketSpan
    this.#normalizers = normalizers
  }

  age(buckets: number): void {
    for (const normalizer of this.#normalizers.values()) normalizer.age(buckets)
  }

  /** Takes in everything that a bucket holds; says whether any of it is a big change. */
  update(tree: Tree): boolean {
    let big = false
    const feed = (normalizer: Normalizer, key: string, probability: Probability) => {
      if (normalizer.update(key, fedScore(probability))) big = true
    }
    for (const { detector, partition, by, probability, counts } of tree.leaves)
      if (counts) feed(this.#of(`record ${detector.index}`), ownKey(partition, by), probability)
    for (const { field, node, values } of tree.influencers) {
      const ofField = this.#of(`influencer ${field}`)
      values.forEach(({ probability }, value) => void feed(ofField, value, probability))
      feed(this.#of(`bucket ${field}`), '', node.probability)
    }
    feed(this.#of(`bucket ${BUCKET_TIME}`), '', tree.bucket.probability)
    return big
  }

  recordScore(
    record: Pick<AnomalyRecord, 'detector_index' | 'partition_field_value' | 'by_field_value' | 'probability'>,
  ): Score {
    const key = ownKey(record.partition_field_value ?? '', record.by_field_value ?? '')
    return this.#score(`record ${record.detector_index}`, key, record.probability)
  }

  influencerScore(
    result: Pick<InfluencerResult, 'influencer_field_name' | 'influencer_field_value' | 'probability'>,
  ): Score {
    return this.#score(`influencer ${result.influencer_field_name}`, result.influencer_field_value, result.probability)
  }

  bucketInfluencerScore(result: Pick<BucketInfluencer, 'influencer_field_name' | 'probability'>): Score {
    return this.#score(`bucket ${result.influencer_field_name}`, '', result.probability)
  }

  copy(): Normalizers {
    return new Normalizers(this.#bucketSpan, new Map([...this.#normalizers].map(([level, one]) => [level, one.copy()])))
  }

  save(): SavedNormalizers {
    return [...this.#normalizers].map(([level, normalizer]) => [level, normalizer.save()])
  }

  static load(bucketSpan: DurationMs, saved: SavedNormalizers): Normalizers {
    return new Normalizers(bucketSpan, new Map(saved.map(([level, one]) => [level, Normalizer.load(bucketSpan, one)])))
  }

  #score(level: string, key: string, probability: Probability): Score {
    return this.#of(level).score(key, fedScore(probability))
  }

  #of(level: string): Normalizer {
    let normalizer = this.#normalizers.get(level)
    if (!normalizer) {
      normalizer = new Normalizer(this.#bucketSpan)
      this.#normalizers.set(level, normalizer)
    }
    return normalizer
  }
}

export type SavedNormalizers = readonly (readonly [string, SavedNormalizer])[]

/** Own maxima are kept for each by value of each partition. */
function ownKey(partition: string, by: string): string {
  return `${partition.length}:${partition}${by}`
}
