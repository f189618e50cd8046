// What the embedded store costs: taking in events, keeping them, answering for one bucket and one alert. Writes bench/store-results.md.
// usage: npm run bench:store [-- --events N --a-day N --folder DIR]; needs about 1 GB of disk for 10 million events
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { loadJob } from '../src/config/content.ts'
import { compileDatafeed } from '../src/datafeed/datafeed.ts'
import type { Alert } from '../src/domain/alert.ts'
import { deriveFields } from '../src/domain/derive.ts'
import type { EcsEvent } from '../src/domain/event.ts'
import type { Observation } from '../src/domain/observation.ts'
import { CLOCK } from '../src/domain/stamps.ts'
import { DAY, type EpochMs, isoTime, MINUTE, SECOND } from '../src/domain/time.ts'
import { eventsOfAlert } from '../src/engine/events-of-alert.ts'
import { openDuckStore } from '../src/storage/embedded/duck-store.ts'
import { documents } from './documents.ts'

interface Cost {
  readonly cpuMs: number
  readonly wallMs: number
}

const BATCH = 2_000
const SPAN = 21 * DAY
/** As often as a server does, by the engine's clock. */
const TEND_EVERY = 10 * MINUTE
const START: EpochMs = Date.UTC(2026, 2, 2)

const { values: options } = parseArgs({
  options: {
    events: { type: 'string', default: '10000000' },
    'a-day': { type: 'string', default: '476000' },
    folder: { type: 'string', default: tmpdir() },
  },
})
const EVENTS = Number(options.events)
const A_DAY = Number(options['a-day'])
const dir = mkdtempSync(join(options.folder, 'oddsock-store-'))

/** The first of three weeks of events, so many a day. */
function* batches(): Generator<EcsEvent[]> {
  let batch: EcsEvent[] = []
  let made = 0
  for (const line of documents(21 * A_DAY * 1_300)) {
    const event = deriveFields(JSON.parse(line))
    batch.push({ ...event, [CLOCK]: (event.event as { ingested: string }).ingested })
    if (batch.length < BATCH) continue
    yield batch
    made += batch.length
    batch = []
    if (made >= EVENTS) return
  }
  yield batch
}

function cost(): () => Cost {
  const [cpu, wall] = [process.cpuUsage(), performance.now()]
  return () => {
    const { user, system } = process.cpuUsage(cpu)
    return { cpuMs: (user + system) / 1e3, wallMs: performance.now() - wall }
  }
}

async function costOf<T>(task: () => Promise<T>): Promise<{ readonly result: T; readonly cost: Cost }> {
  const spent = cost()
  const result = await task()
  return { result, cost: spent() }
}

async function collect<T>(items: AsyncIterable<T> | Iterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

const { job, datafeed } = await loadJob('linux_novel_network_activity')
const feed = compileDatafeed(job, datafeed)
let store = await openDuckStore(dir, { sealing: { fewest: 1 } })
let [append, seal] = [0, 0]
let stored = 0
let tended = START
for (const batch of batches()) {
  const { result, cost } = await costOf(() => store.events.append(batch))
  stored = result
  append += cost.cpuMs
  const clock = (await store.events.last())!.clock
  if (clock - tended < TEND_EVERY) continue
  tended = clock
  seal += (await costOf(() => store.tend(clock))).cost.cpuMs
}
const rssIngest = process.resourceUsage().maxRSS / 1024
await store.tend(START + 2 * SPAN)
const sealedBytes = readdirSync(join(dir, 'days')).reduce(
  (sum, file) => sum + statSync(join(dir, 'days', file)).size,
  0,
)
await store.close()
const databaseBytes = statSync(join(dir, 'events.duckdb')).size
const open = await costOf(() => openDuckStore(dir))
store = open.result

/** The middle one of many buckets and of their alerts, everything read for the first time. */
const observed: Cost[] = []
const evidence: Cost[] = []
const allOfOne: Cost[] = []
const last = (await store.events.last())!
const end = Math.min(SPAN, last.clock - START)
for (let i = 0; i < 40; i++) {
  const start = Math.floor((START + (end * (i + 0.5)) / 40) / feed.bucketSpan) * feed.bucketSpan
  const bucket = { start, end: start + feed.bucketSpan }
  const seen = await costOf<Observation[]>(() => collect(store.events.observe(feed, bucket, last.seq)))
  observed.push(seen.cost)
  const row = seen.result.find(({ count }) => count >= 10) ?? seen.result[0]
  evidence.push((await costOf(() => store.events.read(row!.events.slice(0, 10)))).cost)
  const alert = alertOf(row!, start)
  allOfOne.push((await costOf(() => eventsOfAlert(store.events, feed, alert, { limit: 100 }))).cost)
}
const counted = await costOf(() => store.events.counts(feed, { from: START, to: START + 2 * SPAN }, last.seq))
const rss = process.resourceUsage().maxRSS / 1024
await store.close()
rmSync(dir, { recursive: true })

/** As much of an alert as tells its events. */
function alertOf({ values }: Observation, start: EpochMs): Alert {
  const [host, program, user] = ['host.name', 'oddsock.program', 'user.name'].map(
    (field) => values[feed.fields.indexOf(field)] ?? '',
  )
  return {
    '@timestamp': isoTime(start),
    timestamp: start,
    bucket_span: feed.bucketSpan / SECOND,
    by_field_name: 'oddsock.program',
    by_field_value: program,
    partition_field_name: 'host.name',
    partition_field_value: host,
    host: { name: host },
    'kibana.alert.uuid': 'bench',
    'kibana.alert.workflow_status': 'open',
    oddsock: { user },
  }
}

function middle(costs: readonly Cost[], of: (cost: Cost) => number): string {
  return costs
    .map(of)
    .sort((a, b) => a - b)
    [costs.length >> 1]!.toFixed(1)
}

const rate = (ms: number) => Math.round((stored / ms) * 1e3).toLocaleString('en')
const report = `# What the embedded store costs

Made by \`npm run bench:store\`: ${stored.toLocaleString('en')} events of Auditd Manager (30 hosts, ${((last.clock - START) / DAY).toFixed(1)} days), on ${cpus().length} × ${cpus()[0]!.model}, Node ${process.version}.

| what | measured | goal |
|---|---|---|
| events into the store, a second of CPU | ${rate(append)} | 70,000 |
| … and sealed | ${rate(append + seal)} | |
| bytes an event at rest, sealed files | ${(sealedBytes / stored).toFixed(1)} | 50 |
| … and the database beside them | ${((sealedBytes + databaseBytes) / stored).toFixed(1)} | |
| one bucket of a job, CPU ms (wall ms) | ${middle(observed, (c) => c.cpuMs)} (${middle(observed, (c) => c.wallMs)}) | 50 |
| the evidence of one alert, CPU ms (wall ms) | ${middle(evidence, (c) => c.cpuMs)} (${middle(evidence, (c) => c.wallMs)}) | 100 |
| all its events, the first hundred of them, CPU ms (wall ms) | ${middle(allOfOne, (c) => c.cpuMs)} (${middle(allOfOne, (c) => c.wallMs)}) | |
| counts of all buckets, CPU ms | ${counted.cost.cpuMs.toFixed(0)} | |
| opening it again, CPU ms | ${open.cost.cpuMs.toFixed(0)} | |
| peak memory while taking in, MB | ${rssIngest.toFixed(0)} | 1024 |
| … and afterwards | ${rss.toFixed(0)} | 1024 |
`
writeFileSync(fileURLToPath(new URL('store-results.md', import.meta.url)), report)
console.log(report)
