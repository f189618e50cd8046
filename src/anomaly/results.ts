import type {
  AnomalyRecord,
  AnomalyResult,
  BucketInfluencer,
  BucketResult,
  InfluencerResult,
} from '../domain/anomaly-record.ts'
import type { BucketSpan } from '../domain/bucket.ts'
import { derivedId } from '../domain/hash.ts'
import { explain } from './explain.ts'
import { type Group, type InfluencerField, influencerValues, influencesOf, type Leaf } from './leaf.ts'
import { BUCKET_TIME, type Normalizers } from './normalizers.ts'
import { UNUSUAL } from './score.ts'
import { type Node, partitionKey, type Tree } from './tree.ts'

/** A leaf is also written if it is not much likelier than the least likely one under a node that is unusual (rare specification §5.1). */
const NEARLY = 1.2

export interface ResultContext {
  readonly jobId: string
  readonly bucket: BucketSpan
  readonly influencers: readonly InfluencerField[]
  readonly normalizers: Normalizers
  /** At most so many records, influencers and bucket influencers, the most unusual. */
  readonly limit: number
  readonly interim: boolean
}

/** The documents of a bucket: records by detector and probability, influencers by score, and the bucket last. */
export function resultsOf(tree: Tree | undefined, eventCount: number, context: ResultContext): AnomalyResult[] {
  if (!tree) return [bucketResult(undefined, false, eventCount, context)]
  const records = recordsOf(tree, context)
  return [...records, ...influencersOf(tree, context), bucketResult(tree, records.length > 0, eventCount, context)]
}

function recordsOf(tree: Tree, context: ResultContext): AnomalyRecord[] {
  const unusual = tree.influencers.map(({ field, values }) => {
    const { column } = context.influencers.find((one) => one.field === field)!
    return { field, column, nodes: new Map(unusualOf(values)) }
  })
  const touched = unusual.filter(({ nodes }) => nodes.size > 0)
  return tree.leaves
    .filter((leaf) => isWritten(leaf, tree, touched))
    .sort((a, b) => a.probability - b.probability || compare(a.by, b.by) || compare(a.partition, b.partition))
    .slice(0, context.limit)
    .map((leaf) => recordOf(leaf, context))
    .sort((a, b) => a.detector_index - b.detector_index)
}

interface UnusualValues extends InfluencerField {
  readonly nodes: ReadonlyMap<string, Node>
}

function isWritten(leaf: Leaf, tree: Tree, unusual: readonly UnusualValues[]): boolean {
  if (leaf.probability < UNUSUAL) return true
  const near = (node: Node | undefined) => node !== undefined && leaf.probability <= NEARLY * node.least
  const parent = leaf.detector.partitionColumn === undefined ? tree.bucket : tree.partitions.get(partitionKey(leaf))!
  if (isUnusual(parent) && near(parent)) return true
  return unusual.some(({ field, column, nodes }) =>
    [...influencerValues(leaf, field, column)].some((value) => near(nodes.get(value))),
  )
}

/** The few among the many, which are not even listed. */
function unusualOf(values: ReadonlyMap<string, Node>): (readonly [string, Node])[] {
  const unusual: [string, Node][] = []
  values.forEach((node, value) => {
    if (isUnusual(node)) unusual.push([value, node])
  })
  return unusual
}

function isUnusual({ probability, least }: Node): boolean {
  return probability < UNUSUAL || least < UNUSUAL
}

/** The same for the same job, bucket, detector and field values: a revision has the id of what it revises. */
export function recordId(jobId: string, bucket: BucketSpan, { detector, by, partition }: Group): string {
  return derivedId('record', jobId, bucket.start, detector.index, by, partition)
}

function recordOf(leaf: Leaf, context: ResultContext): AnomalyRecord {
  const { detector, by, partition, finding, probability } = leaf
  const { config, index } = detector
  const fields = {
    by_field_name: config.by_field_name!,
    by_field_value: by,
    ...(config.partition_field_name
      ? { partition_field_name: config.partition_field_name, partition_field_value: partition }
      : {}),
  }
  const score = context.normalizers.recordScore({ ...fields, detector_index: index, probability })
  return {
    result_type: 'record',
    record_id: recordId(context.jobId, context.bucket, leaf),
    ...common(context),
    detector_index: index,
    function: config.function,
    function_description: config.function,
    ...fields,
    probability,
    actual: [finding.actual],
    typical: [finding.typical],
    multi_bucket_impact: 0,
    initial_record_score: score,
    record_score: score,
    influencers: influencesOf(leaf, context.influencers),
    anomaly_score_explanation: explain(finding),
  }
}

function influencersOf(tree: Tree, context: ResultContext): InfluencerResult[] {
  const results = tree.influencers.flatMap(({ field, values }) =>
    unusualOf(values).map(([value, { probability }]): InfluencerResult => {
      const identity = { influencer_field_name: field, influencer_field_value: value, probability }
      const score = context.normalizers.influencerScore(identity)
      return {
        result_type: 'influencer',
        ...common(context),
        ...identity,
        influencer_score: score,
        initial_influencer_score: score,
      }
    }),
  )
  return results
    .sort((a, b) => b.influencer_score - a.influencer_score || a.probability - b.probability)
    .slice(0, context.limit)
}

function bucketResult(
  tree: Tree | undefined,
  hasRecords: boolean,
  eventCount: number,
  context: ResultContext,
): BucketResult {
  const nodes: [string, Node][] = tree ? tree.influencers.map(({ field, node }) => [field, node]) : []
  if (tree) nodes.push([BUCKET_TIME, tree.bucket])
  const bucketInfluencers = nodes.map(([field, node]): BucketInfluencer => {
    const identity = { influencer_field_name: field, probability: node.probability }
    const score = context.normalizers.bucketInfluencerScore(identity)
    return { ...identity, anomaly_score: score, initial_anomaly_score: score, raw_anomaly_score: node.score }
  })
  const score = hasRecords ? bucketInfluencers.reduce((most, one) => Math.max(most, one.anomaly_score), 0) : 0
  return {
    result_type: 'bucket',
    ...common(context),
    event_count: eventCount,
    anomaly_score: score,
    initial_anomaly_score: score,
    bucket_influencers: bucketInfluencers,
  }
}

function common({ jobId, bucket, interim }: ResultContext) {
  return {
    job_id: jobId,
    timestamp: bucket.start,
    bucket_span: (bucket.end - bucket.start) / 1000,
    is_interim: interim,
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
