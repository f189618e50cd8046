import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CategoryModel } from './category-model.ts'

/** A model without decay that holds names with these concentrations; their probabilities. */
function probabilities(concentrations: readonly number[]): number[] {
  const names = concentrations.map((a, i) => [`n${i}`, a, 0, 0] as const)
  const model = CategoryModel.load(0, { tau: 0, names })
  return concentrations.map((_, name) => model.probability(name))
}

test('probabilities are those of the published cases', () => {
  // Rare specification §9.1-D, E, G and its caution.
  const table: { given: number[]; expected: number[]; tolerance: number }[] = [
    { given: [51, 51, 41, 41, 1], expected: [0.92145, 0.92145, 0.61928, 0.61928, 0.007968], tolerance: 1e-5 },
    { given: [51, 51, 51, 51, 1], expected: [0.97078, 0.97078, 0.97078, 0.97078, 0.011191], tolerance: 1e-5 },
    { given: [25, 25, 25, 25], expected: [0.950852, 0.950852, 0.950852, 0.950852], tolerance: 1e-6 },
    {
      given: [10_000, 12_000, 29_000, 39_000, 4000, 6000],
      expected: [0.23, 0.330235, 0.66655, 1, 0.046, 0.1075],
      tolerance: 1e-6,
    },
  ]
  for (const { given, expected, tolerance } of table)
    probabilities(given).forEach((p, i) => {
      assert.ok(Math.abs(p - expected[i]!) < tolerance, `{${given}}: ${p}, not ${expected[i]}`)
    })
})

test('thirty categories stay near the expectation over their posterior', () => {
  // Rare specification §9.1-G: each within 0.1, all together within 0.7, of the expected mass up to and including the next larger
  // share. The expectation is a Monte-Carlo mean over Dirichlet draws from a seed of our own.
  const given = [
    0.02, 0.05, 0.01, 0.2, 0.001, 0.03, 0.02, 0.005, 0.1, 0.03, 0.04, 0.01, 0.001, 0.006, 0.02, 0.05, 0.001, 0.001,
    0.01, 0.01, 0.2, 0.01, 0.02, 0.07, 0.01, 0.002, 0.01, 0.02, 0.03, 0.013,
  ].map((share) => 100 * share)
  const expected = expectedMassToNext(given, 4000)
  const errors = probabilities(given).map((p, i) => Math.abs(p - expected[i]!))
  assert.ok(Math.max(...errors) < 0.1)
  assert.ok(errors.reduce((sum, error) => sum + error, 0) < 0.7 + 0.01, 'a hundredth for the noise of the draws')
})

test('a name alone is certain, and a name never seen since is worth its decayed weight', () => {
  assert.deepEqual(probabilities([3]), [1])
  const model = new CategoryModel(0.01)
  model.learn('old', 0, model.tau)
  model.fade()
  for (let i = 1; i <= 100; i++) {
    model.learn('always', i, model.tau)
    model.fade()
  }
  // Geometric sums: the old one has e^(−1.01), the other Σ e^(−0.01 k) for k = 1…100.
  const always = (Math.exp(-0.01) * (1 - Math.exp(-1))) / (1 - Math.exp(-0.01))
  assert.ok(Math.abs(model.total() - (Math.exp(-1.01) + always)) < 1e-9)
})

test('decay changes no share', () => {
  // Rare specification §9.1-H, to 1e-12.
  const model = new CategoryModel(0.02)
  for (const name of ['a', 'b', 'b']) model.learn(name, 0, model.tau)
  const before = [model.probability(0), model.probability(1)]
  model.fade(0)
  assert.deepEqual([model.probability(0), model.probability(1)], before)
  assert.ok(Math.abs(model.weight(1) / model.weight(0) - 2) < 1e-12)
})

test('forgetting a name leaves the weights of the others, and their sum', () => {
  const model = CategoryModel.load(0, {
    tau: 0,
    names: [
      ['a', 5, 0, 100],
      ['b', 1, 0, 3],
      ['c', 7, 2, 90],
    ],
  })
  const moved = model.prune(50)
  assert.deepEqual([...moved!], [0, -1, 1])
  assert.equal(model.total(), 12)
  assert.equal(model.find('b'), undefined)
  assert.equal(model.weight(model.find('c')!), 7)
  assert.equal(model.firstSeen(model.find('c')!), 2)
  assert.equal(model.prune(50), undefined)
})

test('scaling weights back after years keeps ties and probabilities', () => {
  const lambda = 0.01
  const model = new CategoryModel(lambda)
  const learn = (bucket: number) => {
    for (const name of bucket % 5 === 0 ? ['a', 'b', 'c'] : ['a', 'b']) model.learn(name, bucket, model.tau)
    model.fade()
  }
  for (let bucket = 0; bucket < 2700; bucket++) learn(bucket)
  assert.equal(model.rescale(), 0, 'e^27 is less than 1e12')
  for (let bucket = 2700; bucket < 2800; bucket++) learn(bucket)
  const before = [0, 1, 2].map((name) => model.probability(name))
  assert.equal(model.rescale(), -2800)
  assert.equal(model.weight(0), model.weight(1))
  for (const [name, p] of before.entries()) assert.ok(Math.abs(model.probability(name) / p - 1) < 1e-9)
})

test('the median is the middle weight, or the mean of the middle two', () => {
  // Rare specification §9.1-F: the median of 51, 51, 41, 41, 1 is 41.
  const of = (weights: number[]) =>
    CategoryModel.load(0, { tau: 0, names: weights.map((a, i) => [`n${i}`, a, 0, 0] as const) }).medianWeight()
  assert.equal(of([51, 51, 41, 41, 1]), 41)
  assert.equal(of([10, 2, 4, 100]), 7)
})

test('a more common name is never less likely, and names of equal weight are equally likely', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 25 }), (weights) => {
      const all = probabilities(weights)
      for (const [i, a] of weights.entries())
        for (const [j, b] of weights.entries()) {
          if (a === b) assert.equal(all[i], all[j])
          if (a < b) assert.ok(all[i]! <= all[j]! + 1e-9)
        }
    }),
  )
})

test('one more name in every bucket lowers the probability of a newcomer by K/(K+1)', () => {
  // Rare specification §9.3-6: exact where one slice stands for the posterior (N > 10,000) and nothing ties.
  const newcomer = (k: number) => probabilities([...Array.from({ length: k }, (_, i) => 5000 + 50 * i), 1]).at(-1)!
  const [k, mean] = [20, (n: number) => 5000 + 25 * (n - 1)]
  const expected = (k * mean(k) + 1) / ((k + 1) * mean(k + 1) + 1)
  assert.ok(Math.abs(newcomer(k + 1) / newcomer(k) - expected) < 0.002)
})

function expectedMassToNext(concentrations: readonly number[], draws: number): number[] {
  const sums = concentrations.map(() => 0)
  const uniform = generator(20_260_820)
  for (let draw = 0; draw < draws; draw++) {
    const gammas = concentrations.map((a) => gammaDraw(a, uniform))
    const total = gammas.reduce((sum, x) => sum + x, 0)
    const sorted = gammas.map((x) => x / total).sort((a, b) => a - b)
    let mass = 0
    const cumulative = sorted.map((x) => (mass += x))
    for (const [i, x] of gammas.entries()) {
      const rank = sorted.indexOf(x / total)
      sums[i]! += cumulative[Math.min(rank + 1, sorted.length - 1)]!
    }
  }
  return sums.map((sum) => sum / draws)
}

function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state + 0.5) / 2 ** 32
  }
}

/** Marsaglia and Tsang, 2000. */
function gammaDraw(a: number, uniform: () => number): number {
  if (a < 1) return gammaDraw(a + 1, uniform) * uniform() ** (1 / a)
  const d = a - 1 / 3
  for (;;) {
    const x = Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
    const v = (1 + x / Math.sqrt(9 * d)) ** 3
    if (v > 0 && Math.log(uniform()) < (x * x) / 2 + d - d * v + d * Math.log(v)) return d * v
  }
}
