import type { Probability } from '../domain/time.ts'
import { grown } from './grown.ts'
import { RankIndex } from './rank-index.ts'
import { sliceMeans } from './special/slices.ts'

/** "As rare as this" reaches 5 % beyond a name's own share. */
const STRETCH = 1.05
const LEAST: Probability = 2.2250738585072014e-308
/** Decay-free weights grow for ever; at this factor all are scaled back. */
const GROWTH_LIMIT = 1e12

/** A name as its row number; rows are given in the order of first sight. */
export type Name = number

/**
 * How common each name is, as a share of all (name, bucket) presences, with old presences fading (rare specification §2, §8).
 *
 * A concentration `a` is kept as the weight W = a·e^(λτ), τ being the number of buckets that had any name. Decay then touches no
 * name: names that are absent cost nothing. Names with equal histories have weights equal to the last bit, and the formulas rely on
 * such ties.
 *
 * Memory: 16 bytes a name, its entry in a Map (about 50 bytes and the text), and 36 bytes for each distinct weight.
 */
export class CategoryModel {
  /** Fading in a bucket: a ← a·e^(−λ). */
  readonly #lambda: number
  #rows = new Map<string, Name>()
  #weight = new Float64Array(16)
  #first = new Int32Array(16)
  #last = new Int32Array(16)
  #ranks = new RankIndex()
  #tau = 0

  constructor(lambda: number) {
    this.#lambda = lambda
  }

  /** Buckets with any name so far, since the last `rescale`. */
  get tau(): number {
    return this.#tau
  }

  get size(): number {
    return this.#rows.size
  }

  find(text: string): Name | undefined {
    return this.#rows.get(text)
  }

  /** Takes note of a presence in bucket number `bucket`, with the weight of the time `tau`; answers how to take it back. */
  learn(text: string, bucket: number, tau: number): { readonly name: Name; readonly undo: () => void } {
    const known = this.#rows.get(text)
    const name = known ?? this.#rows.size
    if (known === undefined) this.#create(text, bucket)
    const before = known === undefined ? 0 : this.#weight[name]!
    const first = this.#first[name]!
    const last = this.#last[name]!
    this.#reweigh(name, before, before + Math.exp(this.#lambda * tau))
    if (bucket < first) this.#first[name] = bucket
    if (bucket > last) this.#last[name] = bucket
    const undo = () => {
      this.#reweigh(name, this.#weight[name]!, before)
      this.#first[name] = first
      this.#last[name] = last
      if (known === undefined) this.#rows.delete(text)
    }
    return { name, undo }
  }

  /** Ends a bucket that had names, or (by −1) takes its end back. */
  fade(buckets = 1): void {
    this.#tau += buckets
  }

  /** The chance of a name as rare as this or rarer: the mean of G(1.05·s) over the slices of the posterior of its share (§2.3). */
  probability(name: Name): Probability {
    const fading = Math.exp(-this.#lambda * this.#tau)
    const concentration = this.#weight[name]! * fading
    const total = this.#ranks.sum * fading
    const others = this.#rows.size === 1 ? 0 : Math.max(total - concentration, 0)
    const shares = sliceMeans(concentration, others, slicesFor(total))
    let sum = 0
    for (const share of shares) sum += this.#massUpTo(STRETCH * share * this.#ranks.sum)
    return Math.min(Math.max(sum / shares.length, LEAST), 1)
  }

  /** The sum of all concentrations: N of the specification. */
  total(): number {
    return this.#ranks.sum * Math.exp(-this.#lambda * this.#tau)
  }

  /** The number of the first bucket in which the name was seen. */
  firstSeen(name: Name): number {
    return this.#first[name]!
  }

  weight(name: Name): number {
    return this.#weight[name]!
  }

  /** The median weight of all names; the mean of the middle two if they are even in number. */
  medianWeight(): number {
    const { count } = this.#ranks
    const upper = this.#ranks.at(count >> 1)
    return count % 2 === 1 ? upper : (this.#ranks.at((count >> 1) - 1) + upper) / 2
  }

  /** Forgets names not seen since bucket number `since`. Names are renumbered: the answer tells the new number of each old one, −1 for forgotten ones; undefined if nothing changed. */
  prune(since: number): Int32Array | undefined {
    let stale = 0
    for (let name = 0; name < this.#rows.size; name++) if (this.#last[name]! < since) stale += 1
    if (stale === 0) return undefined
    const moved = new Int32Array(this.#rows.size).fill(-1)
    const kept = this.save().names.filter(([, , , last]) => last >= since)
    for (const [index, [text]] of kept.entries()) moved[this.#rows.get(text)!] = index
    this.#fill(kept)
    return moved
  }

  /** Scales weights back once they have grown by 1e12 (15 m buckets: three years). Answers the change of τ: 0 almost always. */
  rescale(): number {
    const shift = this.#tau
    if (Math.exp(this.#lambda * shift) <= GROWTH_LIMIT) return 0
    const factor = Math.exp(-this.#lambda * shift)
    this.#fill(this.save().names.map(([text, weight, first, last]) => [text, weight * factor, first, last]))
    this.#tau = 0
    return -shift
  }

  save(): SavedCategories {
    const names = [...this.#rows].map(
      ([text, name]): SavedName => [text, this.#weight[name]!, this.#first[name]!, this.#last[name]!],
    )
    return { tau: this.#tau, names }
  }

  static load(lambda: number, saved: SavedCategories): CategoryModel {
    const model = new CategoryModel(lambda)
    model.#tau = saved.tau
    model.#fill(saved.names)
    return model
  }

  #fill(names: readonly SavedName[]): void {
    this.#rows = new Map()
    this.#ranks = new RankIndex()
    for (const [text, weight, first, last] of names) {
      const name = this.#rows.size
      this.#create(text, first)
      this.#last[name] = last
      this.#reweigh(name, 0, weight)
    }
  }

  #create(text: string, bucket: number): void {
    const name = this.#rows.size
    this.#rows.set(text, name)
    this.#weight = grown(this.#weight, name + 1)
    this.#first = grown(this.#first, name + 1)
    this.#last = grown(this.#last, name + 1)
    this.#weight[name] = 0
    this.#first[name] = bucket
    this.#last[name] = bucket
  }

  #reweigh(name: Name, before: number, after: number): void {
    if (before > 0) this.#ranks.remove(before)
    if (after > 0) this.#ranks.add(after)
    this.#weight[name] = after
  }

  /** G of the specification, at a weight: the mass of all names of at most this weight, linear between the weights that occur. */
  #massUpTo(weight: number): number {
    const above = this.#ranks.from(weight)
    if (above === undefined) return 1
    const below = this.#ranks.below(weight) ?? 0
    const massBelow = below === 0 ? 0 : this.#ranks.sumThrough(below)
    const massAbove = this.#ranks.sumThrough(above)
    return (massBelow + ((massAbove - massBelow) * (weight - below)) / (above - below)) / this.#ranks.sum
  }
}

/** [name, weight, first bucket, last bucket] */
export type SavedName = readonly [string, number, number, number]

export interface SavedCategories {
  readonly tau: number
  readonly names: readonly SavedName[]
}

/** The more is known, the fewer slices stand for the posterior of a share. */
function slicesFor(total: number): number {
  return total <= 100 ? 7 : total <= 1000 ? 5 : total <= 10_000 ? 3 : 1
}
