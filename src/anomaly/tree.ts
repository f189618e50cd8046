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
  return {
    leaves,
    bucket,
    // Most jobs have one partition, which is the whole bucket.
    partitions: new Map([...partitions].map(([key, group]) => [key, partitions.size === 1 ? bucket : nodeOf(group)])),
    influencers: influencers.flatMap((influencer) => branchOf(leaves, influencer)),
  }
}

/** The key of a leaf's partition among `partitions`. */
export function partitionKey(leaf: Leaf): string {
  return `${leaf.detector.index}:${leaf.partition}`
}

function branchOf(leaves: readonly Leaf[], { field, column }: InfluencerField): InfluencerBranch[] {
  const touched = new Map<string, Leaf[]>()
  for (const leaf of leaves)
    for (const value of influencerValues(leaf, field, column)) {
      const group = touched.get(value)
      if (group) group.push(leaf)
      else touched.set(value, [leaf])
    }
  if (touched.size === 0) return []
  // Most values come with one leaf alone, and all of that leaf's share its node.
  const alone = new Map<Leaf, Node>()
  const nodeOfGroup = (group: readonly Leaf[]) => {
    if (group.length > 1) return nodeOf(group)
    const node = alone.get(group[0]!) ?? nodeOf(group)
    alone.set(group[0]!, node)
    return node
  }
  const values = new Map([...touched].map(([value, group]) => [value, nodeOfGroup(group)]))
  const nodes = [...values.values()]
  const { probability } = combine(
    PEOPLE,
    nodes.map(({ raw }) => raw),
  )
  return [{ field, values, node: finished(probability, smallest(nodes.map(({ least }) => least))) }]
}

/** Values of one partition together, then partitions of one detector, then detectors. */
function nodeOf(leaves: readonly Leaf[]): Node {
  const [first] = leaves
  if (leaves.length === 1) return finished(first!.probability, first!.probability)
  const byDetector = groupBy(leaves, ({ detector }) => detector.index)
  const probabilities = [...byDetector.values()].map((ofDetector) => {
    const byPartition = groupBy(ofDetector, ({ partition }) => partition)
    return combine(
      PEOPLE,
      [...byPartition.values()].map((group) => combine(ATTRIBUTES, group.map(probabilityIn)).probability),
    ).probability
  })
  const least = smallest(leaves.map(probabilityIn))
  if (probabilities.length === 1) return finished(probabilities[0]!, least)
  const all = combine(DETECTORS, probabilities)
  return { raw: all.probability, score: all.score, probability: written(all), least }
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
