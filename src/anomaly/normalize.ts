import { type DurationMs, HOUR, MINUTE, type Score } from '../domain/time.ts'
import { OwnMaxima, type SavedMaxima } from './own-maxima.ts'
import { RawScoreQuantiles, type SavedQuantiles, thousandths } from './raw-score-quantiles.ts'
import { probabilityOf } from './score.ts'

/** A quantile (per cent) and the score that it is worth; linear between. */
const KNOTS: readonly (readonly [number, Score])[] = [
  [0, 0],
  [70, 1],
  [85, 1.2],
  [90, 1.5],
  [95, 3],
  [97, 20],
  [99, 50],
  [99.9, 90],
  [100, 100],
]

/**
 * Turns raw scores into scores from 0 to 100 by what the job has seen so far (rare specification §4). A score is the lowest of
 * four ceilings: noise, percentile, own maximum and absolute probability. In each bucket: `age`, then all `update`s, then `score`.
 */
export class Normalizer {
  readonly #bucketSpan: DurationMs
  readonly #lambda: number
  /** So many calls make one sample, their largest. */
  readonly #callsPerSample: number
  #quantiles = new RawScoreQuantiles()
  #maxima: OwnMaxima
  #calls = 0
  #largest = 0
  #bucketsSinceAgeing = 0

  constructor(bucketSpan: DurationMs) {
    this.#bucketSpan = bucketSpan
    this.#lambda = 0.0005 * Math.min(1, bucketSpan / (HOUR / 2))
    this.#callsPerSample = Math.floor(HOUR / Math.min(Math.max(2 * bucketSpan, 5 * MINUTE), HOUR))
    this.#maxima = new OwnMaxima(2 * this.#lambda * Math.max(bucketSpan / (HOUR / 2), 1))
  }

  age(buckets: number): void {
    this.#maxima.age(buckets)
    this.#bucketsSinceAgeing += buckets
    const period = 20 * this.#callsPerSample
    for (; this.#bucketsSinceAgeing >= period; this.#bucketsSinceAgeing -= period)
      this.#quantiles.age(Math.exp(-this.#lambda))
  }

  /** Takes in one raw score (0 for what is not unusual); says whether stored scores of its key should be looked at again. */
  update(key: string, raw: number): boolean {
    this.#calls += 1
    this.#largest = Math.max(this.#largest, raw)
    if (this.#calls === this.#callsPerSample) {
      this.#quantiles.add(this.#largest)
      this.#calls = 0
      this.#largest = 0
    }
    return this.#maxima.update(key, raw)
  }

  score(key: string, raw: number): Score {
    const { noise, percentile, ownMaximum, absolute } = this.ceilings(key, raw)
    return Math.max(Math.min(noise, percentile, ownMaximum, absolute, 100), 0)
  }

  /** The four ceilings of a raw score, all 0 for a score of 0 or before the first sample. */
  ceilings(key: string, raw: number): Ceilings {
    if (raw <= 0 || this.#quantiles.count === 0) return { noise: 0, percentile: 0, ownMaximum: 0, absolute: 0 }
    const { low, up } = this.#quantiles.below(raw)
    const maximum = this.#maxima.of(key)
    const ratio = maximum > 0 ? raw / maximum : 1
    return {
      noise: this.#noiseCeiling(raw),
      percentile: (knotScore(100 * low) + knotScore(100 * up)) / 2,
      ownMaximum: 100 * Math.min(1.5 * ratio, 0.5 + 0.5 * ratio),
      absolute: 5 + (95 * Math.log(0.05 / probabilityOf(raw))) / Math.log(500),
    }
  }

  save(): SavedNormalizer {
    return {
      quantiles: this.#quantiles.save(),
      maxima: this.#maxima.save(),
      calls: this.#calls,
      largest: this.#largest,
      bucketsSinceAgeing: this.#bucketsSinceAgeing,
    }
  }

  static load(bucketSpan: DurationMs, saved: SavedNormalizer): Normalizer {
    const normalizer = new Normalizer(bucketSpan)
    normalizer.#quantiles = RawScoreQuantiles.load(saved.quantiles)
    normalizer.#maxima = OwnMaxima.load(2 * normalizer.#lambda * Math.max(bucketSpan / (HOUR / 2), 1), saved.maxima)
    normalizer.#calls = saved.calls
    normalizer.#largest = saved.largest
    normalizer.#bucketsSinceAgeing = saved.bucketsSinceAgeing
    return normalizer
  }

  /** The same, to be thrown away. */
  copy(): Normalizer {
    return Normalizer.load(this.#bucketSpan, this.save())
  }

  /** Where most buckets are unusual, being a little more unusual is noise. Never lower than 100 if at least half are not. */
  #noiseCeiling(raw: number): number {
    const aboveMedian = 1 + 0.01 * (thousandths(raw) - this.#quantiles.median())
    const quiet = 2 * Math.min(this.#quantiles.shareOfZero() / 0.5, 1) - 1
    return Math.max(aboveMedian, 0) + 100 * Math.max(quiet, 0)
  }
}

export interface Ceilings {
  readonly noise: number
  readonly percentile: number
  readonly ownMaximum: number
  readonly absolute: number
}

export interface SavedNormalizer {
  readonly quantiles: SavedQuantiles
  readonly maxima: SavedMaxima
  readonly calls: number
  readonly largest: number
  readonly bucketsSinceAgeing: number
}

function knotScore(percentile: number): Score {
  const above = KNOTS.findIndex(([at]) => percentile <= at)
  if (above <= 0) return above === 0 ? 0 : 100
  const [fromAt, from] = KNOTS[above - 1]!
  const [toAt, to] = KNOTS[above]!
  return from + ((to - from) * (percentile - fromAt)) / (toAt - fromAt)
}
