/**
 * A summary of many whole numbers ≥ 0 in little room: a q-digest (Shrivastava et al., "Medians and Beyond", SenSys 2004).
 * Counts sit on dyadic intervals `[index·2^level, (index+1)·2^level)`; where counts are small, intervals are merged.
 *
 * What differs from the paper is what it takes to agree with the published test data: a leaf merges upwards when it is new, all
 * of the tree when floor(n/k) changes or the root grows (rare specification §4.3).
 */
export class QDigest {
  readonly #k: number
  #n = 0
  /** The root spans `[0, 2^height)`. */
  #height = 0
  #counts = new Map<number, number>()
  #ordered: readonly Node[] | undefined

  constructor(k: number) {
    this.#k = k
  }

  /** How many numbers were added, less what ageing took. */
  get n(): number {
    return this.#n
  }

  add(value: number, count = 1): void {
    const factor = this.#factor()
    const grew = this.#growTo(value)
    const leaf = nodeId(0, value)
    const isNew = !this.#counts.has(leaf)
    this.#counts.set(leaf, (this.#counts.get(leaf) ?? 0) + count)
    this.#n += count
    this.#ordered = undefined
    if (grew || this.#factor() !== factor) this.#compress()
    else if (isNew) this.#mergeUpwards(leaf)
  }

  /** Scales counts by `factor` < 1, rounded, none below 1. */
  age(factor: number): void {
    this.#n = 0
    for (const [node, count] of this.#counts) {
      const aged = Math.max(1, Math.floor(count * factor + 0.5))
      this.#counts.set(node, aged)
      this.#n += aged
    }
    this.#ordered = undefined
    this.#compress()
  }

  /** The intervals' upper ends, ascending, each with the count of all up to it. */
  summary(): { readonly value: number; readonly through: number }[] {
    const entries: { value: number; through: number }[] = []
    for (const { max, through } of this.#nodes()) {
      if (entries.at(-1)?.value === max) entries.pop()
      entries.push({ value: max, through })
    }
    return entries
  }

  /** Bounds of the share of numbers ≤ x. */
  cdf(x: number): Bounds {
    let low = 0
    let up = 0
    for (const { min, max, count } of this.#nodes()) {
      if (max <= x) low += count
      if (min <= x) up += count
    }
    return { low: low / this.#n, up: up / this.#n }
  }

  /** Bounds of the share of numbers per unit, around x. */
  pdf(x: number): Bounds {
    let before = 0
    let after = 2 ** 32 - 1
    for (const { max, nested } of this.#nodes()) {
      if (max < x) before = max
      if (max > x && !nested) after = Math.min(after, max)
    }
    const width = Math.max(after - before, 1)
    const start = this.cdf(before)
    const end = this.cdf(after)
    return { low: Math.max(end.low - start.up, 0) / width, up: Math.max(end.up - start.low, 0) / width }
  }

  quantile(q: number): number {
    const wanted = Math.floor(q * this.#n + 0.5)
    const nodes = this.#nodes()
    return (nodes.find(({ through }) => through >= wanted) ?? nodes.at(-1))?.max ?? 0
  }

  save(): SavedDigest {
    const nodes = this.#nodes().map(({ id, count }) => [id, count] as const)
    return { height: this.#height, nodes }
  }

  static load(k: number, saved: SavedDigest): QDigest {
    const digest = new QDigest(k)
    digest.#height = saved.height
    digest.#counts = new Map(saved.nodes)
    for (const [, count] of saved.nodes) digest.#n += count
    return digest
  }

  #factor(): number {
    return Math.floor(this.#n / this.#k)
  }

  #growTo(value: number): boolean {
    const before = this.#height
    while (value >= 2 ** this.#height) this.#height += 1
    return this.#height !== before
  }

  #compress(): void {
    const byLevel = Array.from({ length: this.#height + 1 }, (): number[] => [])
    for (const node of this.#counts.keys()) byLevel[levelOf(node)]!.push(node)
    // Upwards, so that what has just been merged may merge again.
    for (const [level, nodes] of byLevel.entries())
      for (const node of nodes) if (this.#merge(node)) byLevel[level + 1]!.push(parentOf(node))
  }

  #mergeUpwards(leaf: number): void {
    for (let node = leaf; this.#merge(node); node = parentOf(node));
  }

  /** Moves a node and its sibling into their parent if the three are few. */
  #merge(node: number): boolean {
    if (levelOf(node) >= this.#height || !this.#counts.has(node)) return false
    const parent = parentOf(node)
    const sibling = siblingOf(node)
    const sum = [node, sibling, parent].reduce((total, id) => total + (this.#counts.get(id) ?? 0), 0)
    if (sum >= this.#factor()) return false
    this.#counts.delete(node)
    this.#counts.delete(sibling)
    this.#counts.set(parent, sum)
    return true
  }

  /** By upper end, then by size. */
  #nodes(): readonly Node[] {
    if (this.#ordered) return this.#ordered
    const nodes = [...this.#counts].map(([id, count]) => {
      const size = 2 ** levelOf(id)
      const min = indexOf(id) * size
      return { id, count, min, max: min + size - 1, nested: this.#isNested(id), through: 0 }
    })
    nodes.sort((a, b) => a.max - b.max || b.min - a.min)
    let through = 0
    for (const node of nodes) {
      through += node.count
      node.through = through
    }
    this.#ordered = nodes
    return nodes
  }

  /** Whether another node than the root, with a count, holds this one. */
  #isNested(id: number): boolean {
    for (let node = id; levelOf(node) < this.#height - 1; ) {
      node = parentOf(node)
      if (this.#counts.has(node)) return true
    }
    return false
  }
}

export interface Bounds {
  readonly low: number
  readonly up: number
}

export interface SavedDigest {
  readonly height: number
  readonly nodes: readonly (readonly [number, number])[]
}

interface Node {
  readonly id: number
  readonly count: number
  readonly min: number
  readonly max: number
  readonly nested: boolean
  readonly through: number
}

const LEVEL = 2 ** 32

function nodeId(level: number, index: number): number {
  return level * LEVEL + index
}

function levelOf(node: number): number {
  return Math.floor(node / LEVEL)
}

function indexOf(node: number): number {
  return node % LEVEL
}

function parentOf(node: number): number {
  return nodeId(levelOf(node) + 1, Math.floor(indexOf(node) / 2))
}

function siblingOf(node: number): number {
  return indexOf(node) % 2 === 0 ? node + 1 : node - 1
}
