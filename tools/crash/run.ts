import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DAY, type EpochMs, MINUTE, parseDuration, SECOND } from '../../src/domain/time.ts'
import { systemClock } from '../../src/engine/clock.ts'
import type { JobToRun } from '../../src/engine/job-runner.ts'
import { seeded } from '../../src/scenario/demo-fleet/rng.ts'
import { openStorage } from '../../src/storage/index.ts'
import { check, type Verdict } from './check.ts'
import type { Fault, Victim } from './faults.ts'
import { JOBS } from './jobs.ts'
import { LogWriter } from './log-writer.ts'
import type { Product } from './product.ts'
import { Sender } from './sender.ts'
import { freePort, Server } from './server.ts'
import { type Logged, loggedLines, type Pushed, pushedDocuments } from './traffic.ts'

export interface RunOptions {
  readonly name: string
  readonly product: Product
  readonly fault: Fault
  /** How often it strikes. */
  readonly strikes: number
  readonly seed: number
  /** Length of the history that is sent, up to now. Whatever is said, its last program is one that nobody has seen before. */
  readonly days: number
  /** Documents a second. */
  readonly rate: number
  /** `ordered`: one sender, which is alone; `mixed`: three hosts write logs that are tailed, besides. */
  readonly traffic: 'ordered' | 'mixed'
  readonly jobs: readonly JobToRun[]
  readonly log: (text: string) => void
}

/** Hosts whose logs are tailed where traffic is mixed. */
const TAILED = ['quay-web1', 'quay-app', 'quay-db']
const PUSHED = ['quay-web2', 'quay-ci', 'quay-mon', 'desk-ines', 'desk-omar']

/** A stop has to be done in this time, with nothing to do again at the next start (issue of `oddsock serve`). */
const STOPS_WITHIN = 10 * SECOND

/** One life of a server with its clients, disturbed again and again, and what is found in its store afterwards. */
export async function run(options: RunOptions): Promise<Verdict> {
  const { name, product, fault, traffic, seed, log } = options
  const place = product.place(name)
  const now = Date.now()
  const fleet = { seed, start: (Math.floor(now / DAY) - options.days + 1) * DAY, end: now - MINUTE }
  const pushed = pushedDocuments(traffic === 'mixed' ? { ...fleet, hosts: PUSHED } : fleet)
  const logged: ReadonlyMap<string, readonly Logged[]> =
    traffic === 'mixed' ? loggedLines({ ...fleet, hosts: TAILED }) : new Map()
  const writers = [...logged].map(([host, lines]) => new LogWriter(join(place, 'logs', host, 'audit.log'), lines, 4))
  mkdirSync(join(place, 'state'), { recursive: true })
  fault.prepare?.(place)
  const server = await serverAt(place, 'server', options)
  try {
    const second = await serverAt(place, 'rival', options)
    const rng = seeded(seed, `crash/${name}`)
    const sender = new Sender(pushed, { url: server.url, rate: options.rate, rng: seeded(seed, 'crash/sender') })
    server.start()
    const victim = { server, rng, place, rival: () => second, log }
    const stop = new AbortController()
    const clients = live({ sender, writers, pushed }, stop.signal)
    try {
      await strikeAgainAndAgain(victim, options, sender)
      while (sender.progress < 1) {
        server.mustRun()
        await systemClock.sleep(100)
      }
      await clients
    } finally {
      stop.abort()
    }
    log(`everything is sent; ${sender.failures} requests had to be sent again`)
    const closedBefore = await settled(server, options.jobs, fleet.end - MINUTE)
    log('everything is done that was due')
    const faults = await stopFaults(server)
    const storage = await openStorage({
      engine: 'embedded',
      path: join(place, 'state'),
      keep: 400 * DAY,
      keep_size: 1e15,
    })
    try {
      const verdict = await check(storage, options.jobs, {
        pushed,
        acknowledged: sender.acknowledged,
        refused: sender.refused,
        logged,
        sinkFile: join(place, 'alerts.ndjson'),
        toldRules: new Set(
          options.jobs.filter(({ quiet }) => !quiet).flatMap(({ rules }) => rules.map(({ rule }) => rule.rule_id)),
        ),
        interruptions: 3 * options.strikes,
        ordered: traffic === 'ordered' && !fault.ticks,
        closedBefore,
        now,
      })
      return { ...verdict, faults: [...verdict.faults, ...faults] }
    } finally {
      await storage.close()
    }
  } finally {
    await server.kill()
    fault.tidy?.(place)
  }
}

async function serverAt(place: string, name: string, { product, fault, traffic }: RunOptions): Promise<Server> {
  const port = await freePort()
  const settings = join(place, `${name}.toml`)
  writeFileSync(settings, settingsOf(place, name, port, traffic === 'mixed' ? TAILED : []))
  return new Server({
    command: product.command('serve', '--config', settings),
    url: `http://127.0.0.1:${port}`,
    log: join(place, `${name}.log`),
    ...(fault.env && { env: fault.env(place) }),
  })
}

function settingsOf(place: string, name: string, port: number, tailed: readonly string[]): string {
  const sources = tailed.map((host) => {
    const path = JSON.stringify(join(place, 'logs', host, 'audit.log'))
    return `{ type = "file-tail", path = ${path}, host = "${host}" }`
  })
  return [
    `storage = { path = ${JSON.stringify(join(place, 'state'))}, keep = "400d" }`,
    `http = { listen = ["127.0.0.1:${port}"], socket = ${JSON.stringify(join(place, `${name}.sock`))} }`,
    `source = [${sources.join(', ')}]`,
    `sink = [{ type = "ndjson-file", path = ${JSON.stringify(join(place, 'alerts.ndjson'))} }]`,
    `jobs = ${JSON.stringify(JOBS)}`,
    'log = { format = "json" }',
    '',
  ].join('\n')
}

interface Clients {
  readonly sender: Sender
  readonly writers: readonly LogWriter[]
  readonly pushed: readonly Pushed[]
}

/** Ends when everything is sent and written. Logs grow as far as the sender has come. */
async function live({ sender, writers, pushed }: Clients, signal: AbortSignal): Promise<void> {
  const sent = sender.run(signal)
  while (sender.progress < 1 && !signal.aborted) {
    const { ingested } = pushed[Math.floor(sender.progress * pushed.length)]!
    for (const writer of writers) writer.writeUntil(ingested)
    await systemClock.sleep(100, signal)
  }
  await sent
  for (const writer of writers) writer.writeUntil(Number.POSITIVE_INFINITY)
}

/** Moments at random within the work of the sender. */
async function strikeAgainAndAgain(victim: Victim, { strikes, fault, log }: RunOptions, sender: Sender): Promise<void> {
  const moments = Array.from({ length: strikes }, () => 0.02 + 0.96 * victim.rng.next()).sort((a, b) => a - b)
  for (const [i, moment] of moments.entries()) {
    while (sender.progress < moment) {
      victim.server.mustRun()
      await systemClock.sleep(20)
    }
    await systemClock.sleep(victim.rng.whole(0, 100))
    await fault.strike(victim)
    log(`${fault.name} ${i + 1} of ${strikes}, ${Math.round(100 * sender.progress)} % are sent`)
  }
}

interface HealthReply {
  readonly status: string
  readonly clock: string | null
  readonly jobs: readonly { readonly job_id: string; readonly open_from: string | null }[]
  readonly sources: readonly { readonly bytes_behind: number | null }[]
  readonly sinks: readonly { readonly waiting: number }[]
  readonly problems: readonly string[]
}

/** Until then everything that is due must have been done. */
const SETTLES_WITHIN = 3 * MINUTE
/** A sign of life comes at least so often: polls of a tail, of the outbox, and the pause of a joiner that waits for stragglers. */
const QUIET = 4 * SECOND

/** @returns the start of the oldest bucket that is open */
async function settled(server: Server, jobs: readonly JobToRun[], lastArrival: EpochMs): Promise<EpochMs> {
  let before = ''
  let since = performance.now()
  let openFrom: EpochMs = Number.NaN
  await server.until('everything is done that is due', SETTLES_WITHIN, async () => {
    const health = (await server.get('/api/v1/health')) as HealthReply | undefined
    const clock = Date.parse(health?.clock ?? '')
    if (health?.status !== 'running' || !(clock >= lastArrival - 30 * MINUTE)) return false
    const starts = health.jobs.map(({ open_from }) => Date.parse(open_from ?? ''))
    openFrom = Math.min(...starts)
    const { sources, sinks, problems } = health
    const now = JSON.stringify([clock, starts, sources, sinks])
    if (now !== before) since = performance.now()
    before = now
    const due = health.jobs.some(({ job_id }, i) => starts[i]! + waitOf(jobs, job_id) <= clock)
    const behind = sources.some(({ bytes_behind }) => bytes_behind) || sinks.some(({ waiting }) => waiting > 0)
    return !due && !behind && problems.length === 0 && performance.now() - since > QUIET
  })
  return openFrom
}

/** From the start of a bucket until it is due to close. */
function waitOf(jobs: readonly JobToRun[], jobId: string): number {
  const { job } = jobs.find(({ job }) => job.job_id === jobId)!
  return parseDuration(job.analysis_config.bucket_span) + 2 * MINUTE
}

/** What is wrong with stopping in order, and with the start after it. */
async function stopFaults(server: Server): Promise<string[]> {
  const { code, ms } = await server.stop()
  server.start()
  await server.until('it is up again', MINUTE, async () => (await server.get('/api/v1/health')) !== undefined)
  const again = startsIn(readFileSync(server.log, 'utf8')).at(-1)
  const second = await server.stop()
  return [
    ...(code === 0 && second.code === 0 ? [] : [`stopping ended with ${code} and ${second.code}, expected 0`]),
    ...(Math.max(ms, second.ms) < STOPS_WITHIN ? [] : [`stopping took ${Math.max(ms, second.ms)} ms`]),
    ...(again === 0 ? [] : [`a start after a stop carried out ${again} decisions again, expected none`]),
  ]
}

/** Of each start of a job, how many decisions were carried out again, as the log tells it. */
function startsIn(log: string): readonly unknown[] {
  const lines = log.split('\n').filter((line) => line.includes('"Job started"'))
  return lines.map((line) => JSON.parse(line).decisions_again)
}
