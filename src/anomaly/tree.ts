import type { Probability } from '../domain/time.ts'
import { ATTRIBUTES, type Combined, combine, DETECTORS, PEOPLE } from './combine.ts'
import { type InfluencerField, influencerValues, type Leaf } from './leaf.ts'
import { probabilityOf } from './score.ts'

/** What the leaves of a bucket say together: about the bucket, about each partition and about each influencer value. */
export interface Tree {
  readonly leaves: readonly Leaf[]
  readonly bucket: Node
  /** By detector and partition. */
  readonly partitions: ReadonlyMap<string, Node>
  /** One entry for each influencer field that had values. */
  readonly influencers: readonly InfluencerBranch[]
}

export interface InfluencerBranch {
  readonly field: string
  readonly node: Node
  readonly values: ReadonlyMap<string, Node>
}

/** Some leaves, combined (rare specification §3.4). */
export interface Node {
  /** Before the final step; what a node above combines. */
  readonly raw: Probability
  readonly score: number
  /** As written and as fed to the normaliser: R⁻¹ of the score. */
  readonly probability: Probability
  /** The smallest probability of its leaves. */
  readonly least: Probability
}

/** @param leaves at least one */
export function growTree(leaves: readonly Leaf[], influencers: readonly InfluencerField[]): Tree {
  const bucket = nodeOf(leaves)
  const partitions = groupBy(leaves, partitionKey)
  const alone = new NodesAlone()
  return {
    leaves,
    bucket,
    // Most jobs have one partition, which is the whole bucket.
    partitions: new Map([...partitions].map(([key, group]) => [key, partitions.size === 1 ? bucket : nodeOf(group)])),
    influencers: influencers.flatMap((influencer) => branchOf(leaves, influencer, alone)),
  }
}

/** Most influencer values come with one leaf alone, and all values of all fields of that leaf share its node. */
class NodesAlone {
  readonly #nodes = new Map<Leaf, Node>()

  of(leaf: Leaf): Node {
    let node = this.#nodes.get(leaf)
    if (!node) {
      node = finished(leaf.probability, leaf.probability)
      this.#nodes.set(leaf, node)
    }
    return node
  }
}

/** The key of a leaf's partition among `partitions`. */
export function partitionKey(leaf: Leaf): string {
  return `${leaf.detector.index}:${leaf.partition}`
}

function branchOf(leaves: readonly Leaf[], { field, column }: InfluencerField, alone: NodesAlone): InfluencerBranch[] {
  const touched = touchedBy(leaves, field, column)
  if (touched.size === 0) return []
  const values = new Map<string, Node>()
  const raw: Probability[] = []
  let least: Probability = 1
  touched.forEach((group, value) => {
    const node = group.length > 1 ? nodeOf(group) : alone.of(group[0]!)
    values.set(value, node)
    raw.push(node.raw)
    least = Math.min(least, node.least)
  })
  return [{ field, values, node: finished(combine(PEOPLE, raw).probability, least) }]
}

/** The leaves of each value of an influencer field. */
function touchedBy(leaves: readonly Leaf[], field: string, column: number): Map<string, Leaf[]> {
  const touched = new Map<string, Leaf[]>()
  for (const leaf of leaves) {
    let hasValue = false
    for (const { values } of leaf.rows) {
      const value = values[column]
      if (!value) continue
      hasValue = true
      touch(touched, value, leaf)
    }
    if (!hasValue) for (const value of influencerValues(leaf, field, column)) touch(touched, value, leaf)
  }
  return touched
}

/** Leaves come one after another, so that the last one of a group tells whether this one is there already. */
function touch(touched: Map<string, Leaf[]>, value: string, leaf: Leaf): void {
  const group = touched.get(value)
  if (!group) touched.set(value, [leaf])
  else if (group[group.length - 1] !== leaf) group.push(leaf)
}

/** Values of one partition together, then partitions of one detector, then detectors. */
function nodeOf(leaves: readonly Leaf[]): Node {
  const [first] = leaves
  if (leaves.length === 1) return finished(first!.probability, first!.probability)
  const least = smallest(leaves.map(probabilityIn))
  if (leaves.every(({ detector, partition }) => detector === first!.detector && partition === first!.partition))
    return finished(ofPartition(leaves), least)
  const probabilities = [...groupBy(leaves, ({ detector }) => detector.index).values()].map((ofDetector) => {
    const byPartition = groupBy(ofDetector, ({ partition }) => partition)
    return combine(PEOPLE, [...byPartition.values()].map(ofPartition)).probability
  })
  if (probabilities.length === 1) return finished(probabilities[0]!, least)
  const all = combine(DETECTORS, probabilities)
  return { raw: all.probability, score: all.score, probability: written(all), least }
}

function ofPartition(leaves: readonly Leaf[]): Probability {
  return combine(ATTRIBUTES, leaves.map(probabilityIn)).probability
}

function probabilityIn({ probability }: Leaf): Probability {
  return probability
}

function finished(raw: Probability, least: Probability): Node {
  const alone = combine(DETECTORS, [raw])
  return { raw, score: alone.score, probability: written(alone), least }
}

function written({ score, probability }: Combined): Probability {
  return score > 0 ? probabilityOf(score) : probability
}

function smallest(probabilities: readonly Probability[]): Probability {
  return probabilities.reduce((least, p) => Math.min(least, p), 1)
}

function groupBy<K>(leaves: readonly Leaf[], key: (leaf: Leaf) => K): Map<K, Leaf[]> {
  const groups = new Map<K, Leaf[]>()
  for (const leaf of leaves) {
    const name = key(leaf)
    const group = groups.get(name)
    if (group) group.push(leaf)
    else groups.set(name, [leaf])
  }
  return groups
}
