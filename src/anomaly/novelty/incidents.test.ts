import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alertsOfFleet, newBudget, thresholdFor } from './budget.ts'
import { join, newCampaigns } from './campaigns.ts'
import { type Candidate, decide, newIncidents } from './incidents.ts'
import { packed, unpacked } from './snapshot.ts'

/** In ms, as a number of no unit: both times and durations are counted with it. */
const DAY: number = 86_400_000
const HOUR = DAY / 24

const AT_ONCE = { since: 0, settled: 0, hosts: () => 40 }

const FOUND: Candidate = {
  id: 'i1',
  at: 0,
  nats: 6,
  place: 'web-1 x',
  matter: 'x 203.0',
  account: 'web-1 ann',
  firstInFleet: false,
}

test('an incident is shown once, and again when it has grown by 4.5 nats or after a week', () => {
  const incidents = newIncidents()
  const shown = (change: Partial<Candidate>) => decide(incidents, { ...FOUND, ...change }, 5).shown
  assert.equal(shown({ nats: 4.9 }), false)
  assert.equal(shown({ nats: 9 }), true)
  assert.equal(shown({ at: DAY, nats: 13.4 }), false)
  assert.equal(shown({ at: 2 * DAY, nats: 13.5 }), true)
  assert.equal(shown({ at: 8 * DAY, nats: 13.5 }), false)
  assert.equal(shown({ at: 9 * DAY, nats: 5 }), true)
})

test('what was for the daily review is shown again when it is for a look at once, and clearly more', () => {
  const after = (first: number) => {
    const incidents = newIncidents()
    const shown = (nats: number, at: number) => decide(incidents, { ...FOUND, nats, at }, 5).shown
    assert.equal(shown(first, 0), true)
    return (nats: number) => shown(nats, DAY)
  }
  assert.equal(after(5)(7.9), false)
  assert.equal(after(5)(8), true)
  // Persistence alone takes a beacon from 7 to 9.
  assert.equal(after(7)(9.2), false)
  assert.equal(after(7)(9.3), true)
})

test('what was shown below the usual threshold is shown again once it reaches that', () => {
  const incidents = newIncidents()
  const shown = (at: number, nats: number) => decide(incidents, { ...FOUND, at, nats }, 2).shown
  assert.deepEqual(
    [shown(0, 4), shown(1, 4.9), shown(2, 5), shown(3, 6), shown(4, 7.9)],
    [true, false, true, false, false],
  )
})

test('the same matter on another host joins the incident, unless the program is the first of its kind', () => {
  const incidents = newIncidents()
  decide(incidents, FOUND, 5)
  const elsewhere = { ...FOUND, id: 'i2', place: 'web-2 x', at: DAY }
  assert.deepEqual(decide(incidents, elsewhere, 5), { shown: false, incident: 'i1' })
  assert.equal(decide(incidents, { ...elsewhere, firstInFleet: true }, 5).shown, true)
})

test('what an account does within an hour of an alert joins it, unless it is for a look at once', () => {
  const incidents = newIncidents()
  decide(incidents, FOUND, 5)
  const other = (n: number, change: Partial<Candidate>) =>
    decide(incidents, { ...FOUND, id: `i${n}`, place: `web-1 ${n}`, matter: `${n}`, firstInFleet: true, ...change }, 5)
  assert.deepEqual(other(2, { at: 0.9 * HOUR, nats: 8.2 }), { shown: false, incident: 'i1' })
  // Joined is told: the same again is no news, and what it is about is the alert's incident.
  assert.deepEqual(other(2, { id: 'i3', at: 3 * HOUR, nats: 8.2 }), { shown: false, incident: 'i1' })
  assert.deepEqual(other(4, { at: 0.9 * HOUR, account: 'web-1 bob' }), { shown: true, incident: 'i4' })
  assert.deepEqual(other(5, { at: 0.9 * HOUR, nats: 8.3 }), { shown: true, incident: 'i5' })
  // The hour is counted from what was shown.
  assert.deepEqual(other(6, { at: 1.8 * HOUR }), { shown: false, incident: 'i5' })
  assert.deepEqual(other(7, { at: 1.9 * HOUR }), { shown: true, incident: 'i7' })
})

test('a finding below the threshold belongs to no incident of its own', () => {
  assert.deepEqual(decide(newIncidents(), { ...FOUND, nats: 3 }, 5), { shown: false, incident: undefined })
})

test('a budget holds to its priors at first, and then to what would have been shown', () => {
  const budget = newBudget()
  const at = (day: number, nats: number, place = String(day)) =>
    thresholdFor(budget, 1, { place, nats, at: day * DAY }, AT_ONCE)
  // Nothing yet: asked for 1·(0 + 4) of the four prior peaks 8.1 … 9.0, the fourth is 8.1.
  assert.equal(at(0, 3), 8.1)
  // Ten days of one peak of 3 to 12 each: on day 10, 14 of 4 + 10 peaks are asked for, the least of all.
  for (let day = 1; day < 10; day++) at(day, 3 + day)
  assert.equal(at(10, 3), 3)
})

for (const { perDay, hosts, expect, why } of [
  { perDay: 2, hosts: 40, expect: 2, why: 'it is said for 40 hosts' },
  { perDay: 2, hosts: 100, expect: 5, why: '2 · 100/40' },
  { perDay: 2, hosts: 8, expect: 1, why: '2 · 8/40 is 0.4, and every fleet has one a day' },
  { perDay: 0.5, hosts: 8, expect: 0.5, why: 'unless less was asked for' },
  { perDay: 0.5, hosts: 400, expect: 5, why: '0.5 · 400/40' },
])
  test(`a budget of ${perDay} a day is ${expect} for ${hosts} hosts: ${why}`, () => {
    assert.equal(alertsOfFleet(perDay, hosts), expect)
  })

test('a budget grows with its fleet from one day to the next', () => {
  const budget = newBudget()
  const at = (day: number, hosts: number, nats: number, place: string) =>
    thresholdFor(budget, 1, { place, nats, at: day * DAY }, { ...AT_ONCE, hosts: () => hosts })
  for (let i = 0; i < 10; i++) at(9, 40, 4 + i / 10, `x${i}`)
  // Day 10: 40 hosts ask for 1 · (10 + 4) = 14 of 4 priors and 10 peaks, the least of which is 4.
  assert.equal(at(10, 40, 3, 'y'), 4)
  for (let i = 0; i < 60; i++) at(10, 40, 6 + i / 10, `w${i}`)
  // Day 12: 160 hosts ask for 4 · (12 + 4) = 64 of 16 priors (8.1 … 12.6), 60 peaks (6.0 … 11.9) and the weaker ones. 76 are 6.0
  // or more, so it is the 13th of these from below; the priors are all above 8, so it is the peak 6 + 12/10.
  assert.equal(at(12, 160, 3, 'v'), 7.2)
})

test('where less was found than was asked for, all that is odd enough is told', () => {
  const budget = newBudget()
  const at = (day: number) => thresholdFor(budget, 1, { place: String(day), nats: 6, at: day * DAY }, AT_ONCE)
  // On day 10 there is room for 14, the priors take 4, and one peak in five days is all that there was.
  at(5)
  assert.equal(at(10), 3)
})

test('a peak that grows counts as it has become, also after a restart in between', () => {
  const at = (budget: ReturnType<typeof newBudget>, day: number, nats: number) =>
    thresholdFor(budget, 0.25, { place: 'x', nats, at: day * DAY }, AT_ONCE)
  const budget = newBudget()
  at(budget, 0, 5)
  const restored = unpacked(JSON.parse(JSON.stringify(packed(budget)))) as typeof budget
  for (const one of [budget, restored]) {
    at(one, 1, 12)
    // Asked for 0.25·(2 + 4) = 1.5 peaks, so one: the larger of the prior 8.1 and of 12.
    assert.equal(at(one, 2, 3), 12)
  }
})

test('a budget becomes stricter while alerts come twice as fast as asked', () => {
  const budget = newBudget()
  for (let day = 0; day < 10; day++) {
    thresholdFor(budget, 1, { place: String(day), nats: 3 + day, at: day * DAY }, AT_ONCE)
    budget.shown.push(day * DAY, day * DAY)
  }
  // Pace 11/21, so 7 of 14·0.52: 12, 11, 10, 9, 9.0 (prior), 8.7, 8.4
  assert.equal(thresholdFor(budget, 1, { place: 'x', nats: 3, at: 10 * DAY }, AT_ONCE), 8.4)
})

test('findings of one account within three days are one campaign, and a common burst adds nothing', () => {
  const campaigns = newCampaigns()
  assert.deepEqual(join(campaigns, 'a', 'x', 3, 0, 'c1'), { id: 'c1', findings: 1, boost: 0 })
  const second = join(campaigns, 'a', 'y', 3, DAY, 'c2')
  assert.equal(second.id, 'c1')
  assert.equal(second.findings, 2)
  // ρ = (1 + 20·0.3·e^−0.75)/(1 + 20) = 0.182581, ln(0.3/ρ) = 0.496590
  assert.ok(Math.abs(second.boost - 0.49659) < 1e-5)
  assert.equal(join(campaigns, 'b', 'y', 3, DAY, 'c3').id, 'c3')
  assert.equal(join(campaigns, 'a', 'z', 3, 5 * DAY, 'c4').id, 'c4')
})
