import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startJob } from './job.ts'
import {
  always,
  bucketAt,
  bucketOfResults,
  closeWith,
  FIELDS,
  jobOf,
  recordOf,
  rowsOf,
  type Sight,
} from './testdata/fleet.ts'
import oracle from './testdata/oracle/worked-examples.json' with { type: 'json' }

interface Example {
  readonly name: string
  readonly k: number
  readonly kind: string
  readonly T: number
  readonly p: number
  readonly score: number
  readonly span?: number
  readonly consecutive?: number
  readonly atOnce?: number
  readonly singletons?: number
}

for (const example of oracle.examples as Example[])
  test(`${example.name}: a newcomer has the probability and the score of the worked example`, () => {
    const { k, T, span = 15, consecutive = 1, atOnce = 1, singletons = 0 } = example
    const model = startJob(jobOf({ span }), FIELDS)
    const old = new Map(
      Array.from({ length: singletons }, (_, i) => [Math.floor((T * (i + 0.5)) / singletons), `old${i}`]),
    )
    let outcome = closeWith(model, 0, always(k, 0, example.kind as 'tied', T), span)
    for (let t = 1; t < T + consecutive; t++) {
      const names = always(k, t, example.kind as 'tied', T)
      if (old.has(t)) names.push(old.get(t)!)
      if (t >= T) for (let i = 0; i < atOnce; i++) names.push(i === 0 ? 'evil' : `evil${i}`)
      outcome = closeWith(model, t, names, span)
    }
    const record = recordOf(outcome.results, 'evil')!
    within(record.probability, example.p, record.record_score, example.score)
    assert.equal(record.initial_record_score, record.record_score)
    assert.equal(record.anomaly_score_explanation?.by_field_first_occurrence, consecutive === 1 ? true : undefined)
  })

for (const { name, every, p, scores } of oracle.recurring)
  test(`${name}: a name that comes again and again keeps the score of the worked example`, () => {
    const model = startJob(jobOf(), FIELDS)
    const expected = new Map(
      Object.entries(p as Record<string, number>).map(([sight, value]) => [Number(sight), value]),
    )
    const last = Math.max(...expected.keys())
    for (let t = 0; t <= 672 + (last - 1) * every; t++) {
      const sight = t >= 672 && (t - 672) % every === 0 ? 1 + (t - 672) / every : undefined
      const names = always(5, t, 'staggered', 672)
      const { results } = closeWith(model, t, sight === undefined ? names : [...names, 'evil'])
      if (sight === undefined || !expected.has(sight)) continue
      const record = recordOf(results, 'evil')!
      within(record.probability, expected.get(sight)!, record.record_score, (scores as Record<string, number>)[sight]!)
    }
  })

test('W12: with one model for each host the newcomer is judged by its own host', () => {
  const model = startJob(jobOf({ partition: 'host.name' }), FIELDS)
  const hosts = Array.from({ length: 10 }, (_, h) => h)
  // All on the boundary, so that no host's first bucket is partial.
  const sightsAt = (t: number): Sight[] =>
    hosts.flatMap((h) =>
      always(3, t + 13 * h, 'staggered', t === 672 ? t + 13 * h : -1).map((process) => ({
        process,
        host: `h${h}`,
        at: 0,
      })),
    )
  for (let t = 0; t < 672; t++) model.close(bucketAt(t), rowsOf(t, sightsAt(t)))
  const { results } = model.close(bucketAt(672), rowsOf(672, [...sightsAt(672), { process: 'evil', host: 'h0' }]))
  const record = recordOf(results, 'evil')!
  assert.equal(record.partition_field_value, 'h0')
  within(record.probability, 5.764e-4, record.record_score, 73.22)
})

test('W15: a bucket with one newcomer among five ordinary names is less unusual than the newcomer', () => {
  const model = startJob(jobOf(), FIELDS)
  for (let t = 0; t < 672; t++) closeWith(model, t, always(5, t, 'tied', 672))
  const { results } = closeWith(model, 672, [...always(5, 672, 'tied', 672), 'evil'])
  const time = bucketOfResults(results).bucket_influencers.find((one) => one.influencer_field_name === 'bucket_time')!
  within(time.probability, 1.113e-2, time.anomaly_score, 28)
  assert.ok(Math.abs(time.raw_anomaly_score - 0.007) < 5e-5)
})

/** The tolerances of the specification (§9.3): 0.5 % in p, 0.3 points in the score. */
function within(p: number, expectedP: number, score: number, expectedScore: number): void {
  assert.ok(Math.abs(p / expectedP - 1) < 0.005, `p is ${p}, not ${expectedP}`)
  assert.ok(Math.abs(score - expectedScore) < 0.3, `score is ${score}, not ${expectedScore}`)
}
