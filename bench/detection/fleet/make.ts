import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { bucketOf } from '../../../src/domain/bucket.ts'
import { derivedId } from '../../../src/domain/hash.ts'
import { DAY, type DurationMs, HOUR, isoTime, MINUTE, SECOND } from '../../../src/domain/time.ts'
import type { Deed } from '../../../src/scenario/demo-fleet/deed.ts'
import { habitDeeds } from '../../../src/scenario/demo-fleet/diary.ts'
import { habitsOf } from '../../../src/scenario/demo-fleet/habits.ts'
import { HOSTS, type Host } from '../../../src/scenario/demo-fleet/hosts.ts'
import { type Rng, seeded } from '../../../src/scenario/demo-fleet/rng.ts'
import { ecsLines } from '../../../src/scenario/demo-fleet/write-ecs.ts'
import { attackNews, deedsOf, harmlessNews, type News, type Stage } from './news.ts'

/** A fleet to measure on: machines with the habits of the demo fleet, harmless news as people make it, and attacks if asked for. */
export interface FleetPlan {
  readonly hosts: number
  readonly seed: number
  readonly attacks: boolean
}

/** A Monday. */
const START = Date.UTC(2026, 4, 25)
const LENGTH = 21 * DAY
/** News of each kind for a host in a day; attacks are far denser than in life, or there would be nothing to count. */
const HARMLESS_A_DAY = 0.15
const ATTACKS_A_DAY = 0.06
const SPAN = 15 * MINUTE

/** Writes a fleet in the layout of the development fleets: `events/` with a file for each host, and `truth.json`. */
export function makeFleet(folder: string, { hosts: count, seed, attacks }: FleetPlan): void {
  const hosts = Array.from({ length: count }, (_, i) => machine(i))
  // Each kind has its own stream of chance: with attacks or without, the harmless news are the same.
  const news = [
    ...newsOf(hosts, seeded(seed, 'harmless'), HARMLESS_A_DAY, 8 * HOUR, harmlessNews),
    ...(attacks ? newsOf(hosts, seeded(seed, 'attacks'), ATTACKS_A_DAY, 0, attackNews) : []),
  ]
  for (const host of hosts) writeHost(folder, host, news, seed)
  writeFileSync(join(folder, 'truth.json'), JSON.stringify(truthOf(news)))
}

/** News of some days, from an hour of the day on. */
function newsOf(
  hosts: readonly Host[],
  rng: Rng,
  perHost: number,
  from: DurationMs,
  make: (stage: Stage) => News,
): News[] {
  const news: News[] = []
  const end = START + LENGTH
  for (let day = START; day < end; day += DAY)
    for (let n = rng.poisson(perHost * hosts.length); n > 0; n--)
      news.push(make({ hosts, at: day + rng.whole(from, 20 * HOUR), end, rng }))
  return news
}

/** The n-th machine: a role of the demo fleet, in one of the two formats that carry documents. */
function machine(n: number): Host {
  const like = HOSTS[n % HOSTS.length]!
  return {
    ...like,
    name: `node-${n}`,
    address: `10.20.${2 + (n >> 7)}.${1 + (n & 127)}`,
    log: n % 3 === 2 ? 'defend' : 'auditd-manager',
  }
}

function writeHost(folder: string, host: Host, news: readonly News[], seed: number): void {
  const like = HOSTS[Number(host.name.slice('node-'.length)) % HOSTS.length]!
  const usual = habitsOf(like).flatMap((habit, i) =>
    habitDeeds(habit, `${host.name}/${i}`, START, START + LENGTH, seed),
  )
  const odd = news.flatMap(({ acts }) => acts.filter((act) => act.host === host).flatMap(deedsOf))
  const deeds = thinned([...usual, ...odd].sort((a, b) => a.time - b.time))
  const path = join(folder, 'events', `${host.name}.ndjson`)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, [...ecsLines(host, deeds, seed), ''].join('\n'))
}

/** One of what is the same to both jobs in a bucket: how often it happened there plays no part. */
function thinned(deeds: readonly Deed[]): Deed[] {
  const seen = new Set<string>()
  return deeds.filter(({ kind, program, user, peer, time }) => {
    if (kind === 'exec') return false
    const key = [
      bucketOf(time, SPAN).start,
      kind,
      program.executable,
      program.args[1],
      user,
      peer?.ip,
      kind === 'connect' ? peer?.port : '',
    ].join(' ')
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

function truthOf(news: readonly News[]): object {
  const items = (attack: boolean) => news.filter((one) => one.attack === attack).map(itemOf)
  return { start: isoTime(START), end: isoTime(START + LENGTH), attacks: items(true), benign_novel: items(false) }
}

function itemOf({ kind, acts }: News, n: number): object {
  const first = Math.min(...acts.flatMap(({ times }) => times))
  return {
    id: `${kind} ${n}`,
    kind,
    first_visible: isoTime(first),
    activity: acts.map(({ host, program, times }) => ({
      process: program.name,
      aliases: [program.executable, ...program.args.slice(1, 2)],
      host: host.name,
      host_id: derivedId(host.name, 'machine'),
      buckets: [...new Set(times.map((time) => bucketOf(time, SPAN).start))].map((start) => [
        start / SECOND,
        (start + SPAN) / SECOND,
      ]),
    })),
  }
}
