import { type Bounds, QDigest, type SavedDigest } from './q-digest.ts'
import { betaQuantile } from './special/incomplete-beta.ts'

const K = 201
/** The upper tenth is summarised a second time, so that it is seen sharper. */
const HIGH = 0.9

/** Raw scores are kept as whole thousandths. */
export function thousandths(raw: number): number {
  return Math.floor(1000 * raw + 0.5)
}

/**
 * Where a raw score stands among all raw scores of the past (rare specification §4.3). Two digests: `all`, and `high` for what lies
 * above the score `bound`, of which `lowCount` numbers do not.
 */
export class RawScoreQuantiles {
  #all = new QDigest(K)
  #high = new QDigest(K)
  #bound = Number.POSITIVE_INFINITY
  #lowCount = 0

  get count(): number {
    return this.#all.n
  }

  add(raw: number): void {
    if (this.#all.n === K - 1) this.#split()
    const score = thousandths(raw)
    this.#all.add(score)
    if (score > this.#bound) this.#high.add(score)
    else this.#lowCount += 1
    if (this.#all.n % K === 0) this.#refresh()
  }

  age(factor: number): void {
    const before = this.#all.n
    if (before === 0) return
    this.#all.age(factor)
    if (this.#high.n > 0) this.#high.age(factor)
    this.#lowCount = Math.round((this.#lowCount * this.#all.n) / before)
  }

  median(): number {
    return this.#all.quantile(0.5)
  }

  /** Share of scores that are nothing at all. */
  shareOfZero(): number {
    const { low, up } = this.#all.cdf(0)
    return (low + up) / 2
  }

  /** Bounds of the share of scores below this one, widened by what so few samples cannot tell. */
  below(raw: number): Bounds {
    const n = this.#all.n
    const score = thousandths(raw)
    const lowShare = this.#lowCount / n
    const bound = { low: betaQuantileOf(n, lowShare, 0.15), up: betaQuantileOf(n, lowShare, 0.85) }
    const share = score <= this.#bound || this.#high.n === 0 ? this.#among(score, bound) : this.#amongHigh(score, bound)
    const low = clamp(betaQuantileOf(n, share.low, 0.15), 0, 1)
    const up = clamp(betaQuantileOf(n, share.up, 0.85), 0, 1)
    return { low: Math.min(low, up), up: Math.max(low, up) }
  }

  save(): SavedQuantiles {
    return {
      all: this.#all.save(),
      high: this.#high.save(),
      bound: Number.isFinite(this.#bound) ? this.#bound : null,
      lowCount: this.#lowCount,
    }
  }

  static load(saved: SavedQuantiles): RawScoreQuantiles {
    const quantiles = new RawScoreQuantiles()
    quantiles.#all = QDigest.load(K, saved.all)
    quantiles.#high = QDigest.load(K, saved.high)
    quantiles.#bound = saved.bound ?? Number.POSITIVE_INFINITY
    quantiles.#lowCount = saved.lowCount
    return quantiles
  }

  #among(score: number, bound: Bounds): Bounds {
    const cdf = this.#all.cdf(score)
    const pdf = this.#all.pdf(score)
    return { low: clamp(cdf.low - pdf.up, 0, bound.low), up: clamp(cdf.up - pdf.low, 0, bound.up) }
  }

  #amongHigh(score: number, bound: Bounds): Bounds {
    const cdf = this.#high.cdf(score)
    const pdf = this.#high.pdf(score)
    const start = this.#high.cdf(this.#bound)
    const low = Math.max(cdf.low - start.up - pdf.up, 0) / Math.max(1 - start.up, Number.EPSILON)
    const up = Math.max(cdf.up - start.low - pdf.low, 0) / Math.max(1 - start.low, Number.EPSILON)
    return { low: bound.low + (1 - bound.low) * low, up: bound.up + (1 - bound.up) * up }
  }

  /** From now on the upper tenth has a digest of its own. */
  #split(): void {
    const summary = this.#all.summary()
    const wanted = Math.round(HIGH * this.#all.n)
    const last = summary.findLast(({ through }) => through <= wanted) ?? summary[0]!
    this.#raise(summary, last.value, last.through, Number.POSITIVE_INFINITY)
  }

  #refresh(): void {
    const wanted = Math.round(HIGH * this.#all.n)
    if (this.#lowCount > wanted) {
      const summary = this.#all.summary()
      const entry = summary.find(({ through }) => through >= wanted)!
      this.#raise(summary, entry.value, entry.through, this.#bound)
    } else {
      this.#bound = this.#all.quantile(HIGH)
      this.#lowCount = Math.round(this.#all.n * this.#all.cdf(this.#bound).low)
    }
  }

  /** Sets the bound; scores above it up to `known` are not in `high` yet, and are copied there. */
  #raise(summary: readonly { value: number; through: number }[], bound: number, lowCount: number, known: number): void {
    let before = lowCount
    for (const { value, through } of summary) {
      if (value <= bound) continue
      if (value <= known) this.#high.add(value, through - before)
      before = through
    }
    this.#bound = bound
    this.#lowCount = lowCount
  }
}

export interface SavedQuantiles {
  readonly all: SavedDigest
  readonly high: SavedDigest
  /** null before the split */
  readonly bound: number | null
  readonly lowCount: number
}

/** The `t`-quantile of what n samples, of which a share u lies below, say about the true share. */
function betaQuantileOf(n: number, u: number, t: number): number {
  return betaQuantile(t, n * u + 1 / 3, n * (1 - u) + 1 / 3)
}

function clamp(x: number, low: number, high: number): number {
  return Math.min(Math.max(x, low), high)
}
