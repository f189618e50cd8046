import fc from 'fast-check'
import { NOVELTY_FIELDS } from '../domain/novelty-fields.ts'
import type { ModelKind } from './contract/walk.ts'
import { loadJob, startJob } from './job.ts'
import { jobModelContract } from './job-model-contract.ts'
import type { NoveltyOptions } from './novelty/job.ts'
import * as fleet from './novelty/testdata/small-fleet.ts'
import { always, bucketAt, closeWith, FIELDS, jobOf, rowsOf, type Sight } from './testdata/fleet.ts'

/** Both models go through one contract, each in the settings that lead it elsewhere. */

/** Ten days of five staggered names. */
const BUCKETS = 960
const names = always(5, BUCKETS, 'staggered', BUCKETS).map((process) => ({ process }))

function rareKind(settings: Parameters<typeof jobOf>[0] = {}): ModelKind<Sight> {
  const job = jobOf(settings)
  const past = startJob(job, FIELDS)
  for (let t = 0; t < BUCKETS; t++) closeWith(past, t, always(5, t, 'staggered', BUCKETS))
  return {
    open: (saved) => (saved === undefined ? startJob(job, FIELDS) : loadJob(job, FIELDS, saved)),
    bucketSpan: bucketAt(0).end,
    start: bucketAt(0).start,
    anySight: fc.record({
      process: fc.oneof(fc.constantFrom('a', 'b', 'c', '__proto__'), fc.constantFrom('x', 'y', 'z', null)),
      host: fc.constantFrom('h1', 'h2', null),
      user: fc.constantFrom('u1', 'u2', null),
      at: fc.nat({ max: 5 }),
    }),
    rowOf: (sight, start) => rowsOf(start / bucketAt(0).end, [sight])[0]!,
    settled: {
      saved: JSON.stringify(past.save()),
      next: bucketAt(BUCKETS).start,
      plain: names,
      odd: { process: 'evil', user: 'mallory' },
    },
  }
}

jobModelContract('rare', rareKind())
jobModelContract('rare by host', rareKind({ partition: 'host.name' }))
jobModelContract('rare with missing values', rareKind({ detector: { use_null: true } }))

const LIFE = fleet.plainLife(['web-1', 'web-2', 'db-1'])
const TEN_DAYS = (() => {
  const model = fleet.newJob()
  fleet.live(model, LIFE, fleet.START, fleet.day(10))
  return JSON.stringify(model.save())
})()

function noveltyKind(options: NoveltyOptions = {}): ModelKind<fleet.Contact> {
  const name = fc.constantFrom('a', 'b', '__proto__', 'constructor')
  return {
    open: (saved) =>
      saved === undefined
        ? startJob(fleet.JOB, NOVELTY_FIELDS, options)
        : loadJob(fleet.JOB, NOVELTY_FIELDS, saved, options),
    bucketSpan: fleet.SPAN,
    start: fleet.START,
    anySight: fc.record({
      host: name,
      program: fc.constantFrom('/bin/x', '/usr/bin/python# /a.py', '__proto__'),
      user: fc.constantFrom('', 'root', '__proto__'),
      ip: fc.constantFrom('10.0.0.1', '198.51.100.7', '203.0.113.9', '2001:db8::1', 'no address'),
    }),
    rowOf: (contact, start) => fleet.row(contact, start),
    settled: {
      saved: TEN_DAYS,
      next: fleet.day(10),
      plain: LIFE(fleet.day(10)),
      odd: {
        host: 'db-1',
        program: '/usr/bin/bash <inline>',
        user: 'postgres',
        ip: '198.51.100.7',
        port: '4444',
        directory: 'inl',
      },
    },
  }
}

jobModelContract('novelty', noveltyKind())
jobModelContract('novelty with a budget', noveltyKind({ alertBudget: 1 }))
jobModelContract('novelty with campaigns', noveltyKind({ campaignBoost: true }))
jobModelContract('novelty with little room', noveltyKind({ entryLimit: 20 }))
