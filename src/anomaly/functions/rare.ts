import type { BucketSpan } from '../../domain/bucket.ts'
import { type DurationMs, type EpochMs, HOUR } from '../../domain/time.ts'
import { CategoryModel, type Name, type SavedCategories } from '../category-model.ts'
import { relativeRarity } from '../explain.ts'
import { PresenceWindow, type SavedPresence } from '../presence-window.ts'
import type { DetectorFunction, Finding, Seen, Undo } from './function.ts'

interface State {
  readonly bucketSpan: DurationMs
  readonly model: CategoryModel
  readonly recent: PresenceWindow
}

interface Saved {
  readonly model: SavedCategories
  readonly recent: readonly SavedPresence[]
}

/** In a bucket a value is there or not, however many events; the bucket is learned first, then scored. */
export const rare: DetectorFunction<State, Saved> = {
  name: 'rare',
  summary: 'Values that are present in few of the buckets in which anything is present.',
  needs: ['by_field_name'],
  references: [
    'https://www.elastic.co/docs/reference/machine-learning/ml-rare-functions',
    'Dirichlet-multinomial model: Gelman et al., Bayesian Data Analysis, §3.4',
  ],
  examples: [
    { title: 'a newcomer after four quiet buckets', buckets: 'a | a | a | a | a b', unusual: 'b' },
    { title: 'a value that comes seldom', buckets: 'a b c | a c | a c | a | a b c', unusual: 'b' },
  ],
  start: (bucketSpan) => ({
    bucketSpan,
    model: new CategoryModel(decayPerBucket(bucketSpan)),
    recent: new PresenceWindow(),
  }),
  close(state, bucket, seen, undo) {
    if (seen.length === 0) return []
    const { model, recent } = state
    const names = learnAll(state, bucket, seen, model.tau, undo)
    recent.at(bucket.start, model.tau).names = Int32Array.from(names)
    model.fade()
    undo?.push(() => {
      model.fade(-1)
      recent.drop(bucket.start)
    })
    return findings(state, bucket, seen, names)
  },
  late(state, bucket, seen) {
    const present = state.recent.at(bucket.start, state.model.tau)
    const there = new Set(present.names)
    const fresh = seen.filter(({ by }) => !there.has(state.model.find(by) ?? -1))
    const names = learnAll(state, bucket, fresh, present.tau)
    present.names = Int32Array.from([...present.names, ...names])
    const found = new Map(findings(state, bucket, fresh, names).map((finding) => [finding.by, finding]))
    return seen.map(({ by }) => found.get(by))
  },
  prune(state, now, window) {
    state.recent.forget(window)
    const shift = state.model.rescale()
    const oldest = numberOf(now, state.bucketSpan) - Math.floor(4 / decayPerBucket(state.bucketSpan))
    state.recent.follow(state.model.prune(oldest), shift)
  },
  save: ({ model, recent }) => ({ model: model.save(), recent: recent.save() }),
  load: (bucketSpan, saved) => ({
    bucketSpan,
    model: CategoryModel.load(decayPerBucket(bucketSpan), saved.model),
    recent: PresenceWindow.load(saved.recent),
  }),
}

/** λ of the specification (§2.2): 0.0005 for buckets of half an hour or more, in proportion below. */
export function decayPerBucket(bucketSpan: DurationMs): number {
  return 0.0005 * Math.min(1, bucketSpan / (HOUR / 2))
}

function learnAll(state: State, bucket: BucketSpan, seen: readonly Seen[], tau: number, undo?: Undo[]): Name[] {
  const number = numberOf(bucket.start, state.bucketSpan)
  return seen.map(({ by }) => {
    const learned = state.model.learn(by, number, tau)
    undo?.push(learned.undo)
    return learned.name
  })
}

function findings(state: State, bucket: BucketSpan, seen: readonly Seen[], names: readonly Name[]): Finding[] {
  const { model } = state
  if (names.length === 0) return []
  const median = model.medianWeight()
  const number = numberOf(bucket.start, state.bucketSpan)
  // Names that tie share their probability, and in most buckets nearly all tie.
  const byWeight = new Map<number, number>()
  return names.map((name, i): Finding => {
    const weight = model.weight(name)
    const probability = byWeight.get(weight) ?? model.probability(name)
    byWeight.set(weight, probability)
    return {
      by: seen[i]!.by,
      probability,
      actual: 1,
      typical: probability,
      firstOccurrence: model.firstSeen(name) === number,
      relativeRarity: relativeRarity(weight, median),
    }
  })
}

function numberOf(time: EpochMs, bucketSpan: DurationMs): number {
  return Math.floor(time / bucketSpan)
}
