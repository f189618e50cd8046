// Whether the embedded store and a cluster lead to the same alerts: a recorded fleet is gone through on both, each bucket closed at
// its time, and the alerts are laid side by side, each job when it is through. Starts an OpenSearch; exits with 1 where an alert differs.
// usage: node --import tsx tools/cluster/same-alerts.ts FOLDER [--days N] [--line 2] [--nodes 3]
//   FOLDER holds ECS documents as *.ndjson.gz, in the order in which they arrived, with event.ingested
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { jobsToRun } from '../../src/cli/jobs-to-run.ts'
import type { Alert } from '../../src/domain/alert.ts'
import { deriveFields } from '../../src/domain/derive.ts'
import type { EcsEvent } from '../../src/domain/event.ts'
import { values } from '../../src/domain/field.ts'
import { derivedId } from '../../src/domain/hash.ts'
import { ownIdentityOf } from '../../src/domain/identity.ts'
import { SILENT } from '../../src/domain/log.ts'
import { DAY, type EpochMs, isoTime, parseTime, SECOND } from '../../src/domain/time.ts'
import { counted } from '../../src/domain/words.ts'
import { FakeClock } from '../../src/engine/clock.ts'
import { Cursors } from '../../src/engine/cursors.ts'
import { EngineClock } from '../../src/engine/engine-clock.ts'
import { Ingest } from '../../src/engine/ingest.ts'
import { JobRunner } from '../../src/engine/job-runner.ts'
import type { JobToRun } from '../../src/engine/job-to-run.ts'
import { Ticks } from '../../src/engine/ticks.ts'
import { ALL } from '../../src/query/ast.ts'
import { openEmbedded } from '../../src/storage/embedded/open-embedded.ts'
import { bulk, refresh } from '../../src/storage/opensearch/journal.ts'
import { openOpenSearch } from '../../src/storage/opensearch/open-opensearch.ts'
import { createEcsIndex } from '../../src/storage/opensearch/testing/ecs-index.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { LINES, TestCluster } from '../opensearch/cluster.ts'

const JOBS = ['linux_novel_network_activity', 'linux_anomalous_network_activity']
const INDEX = 'logs-fleet'
const TOGETHER = 1_000

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    days: { type: 'string', default: '1000' },
    line: { type: 'string', default: '2' },
    nodes: { type: 'string', default: '3' },
  },
})
const nodes = Number(options.nodes)
const replicas = nodes > 1 ? 1 : 0
const [folder] = positionals
if (!folder)
  throw new RangeError('usage: node --import tsx tools/cluster/same-alerts.ts FOLDER [--days N] [--line 2] [--nodes 3]')

const events = eventsIn(folder, Number(options.days))
const end = ingestedOf(events.at(-1)!)
const { jobs } = await jobsToRun({ jobs: JOBS, rules: [] })
console.log(`${events.length.toLocaleString('en')} events up to ${isoTime(end)}`)
const embedded = await inFiles()
await inCluster((jobId, alerts) => compare(jobId, embedded.get(jobId)!, alerts))

function ingestedOf(event: EcsEvent): EpochMs {
  return parseTime(values(event, 'event.ingested')[0])
}

/** Each event once: a shipper that sends a document again under its own id writes it once. */
function eventsIn(path: string, days: number): EcsEvent[] {
  const known = new Set<string>()
  const found: EcsEvent[] = []
  const names = readdirSync(path).filter((name) => name.endsWith('.ndjson.gz'))
  for (const name of names.sort())
    for (const line of gunzipSync(readFileSync(join(path, name)))
      .toString('utf8')
      .split('\n')) {
      if (line === '') continue
      const event: EcsEvent = JSON.parse(line)
      const id = idOf(event)
      if (id !== undefined && known.has(id)) continue
      if (id !== undefined) known.add(id)
      found.push(event)
    }
  const last = ingestedOf(found[0]!) + days * DAY
  return found.filter((event) => ingestedOf(event) < last)
}

function idOf(event: EcsEvent): string | undefined {
  const own = ownIdentityOf(event)
  return own && derivedId(...own)
}

/** What the job makes of a store in which everything is, up to the time of its last event. */
async function alertsOf(toRun: JobToRun, storage: Storage): Promise<readonly Alert[]> {
  const ports = { storage, ticks: new Ticks(storage.state), timeOfDay: () => end, log: SILENT }
  const runner = new JobRunner(toRun, ports)
  const begun = performance.now()
  await runner.start()
  await runner.advance(end)
  const seconds = (performance.now() - begun) / 1_000
  console.log(`  ${toRun.job.job_id}: ${runner.figures.buckets} buckets in ${seconds.toFixed(0)} s`)
  const found = await storage.alerts.search(ALL, Number.MAX_SAFE_INTEGER)
  return found.map(({ doc }) => doc).filter(({ job_id }) => job_id === toRun.job.job_id)
}

async function inFiles(): Promise<ReadonlyMap<string, readonly Alert[]>> {
  const path = mkdtempSync(join(tmpdir(), 'oddsock-same-'))
  const storage = await openEmbedded(path)
  try {
    const clock = new FakeClock(ingestedOf(events[0]!))
    const ports = { events: storage.events, cursors: new Cursors(storage.state), clock, log: SILENT }
    const ingest = new Ingest({ ...ports, engineClock: new EngineClock(), onCommitted: () => {} })
    for (let i = 0; i < events.length; i += TOGETHER) {
      const piece = events.slice(i, i + TOGETHER)
      clock.set(Math.max(...piece.map(ingestedOf)))
      await ingest.take({ source: 'fleet', events: piece.map((event) => deriveFields(event)), clock: 'receipt' })
    }
    console.log('embedded')
    const all = new Map<string, readonly Alert[]>()
    for (const toRun of jobs) all.set(toRun.job.job_id, await alertsOf(toRun, storage))
    return all
  } finally {
    await storage.close()
    rmSync(path, { recursive: true })
  }
}

async function inCluster(onJob: (jobId: string, alerts: readonly Alert[]) => void): Promise<void> {
  const cluster = await TestCluster.start(LINES.get(options.line)!, nodes)
  try {
    const shipper = await openOpenSearch({ nodes: cluster.urls, prefix: 'shipper', replicas })
    await createEcsIndex(shipper.connection, INDEX, { number_of_replicas: replicas })
    for (let i = 0; i < events.length; i += TOGETHER)
      await bulk(
        shipper.connection,
        events.slice(i, i + TOGETHER).flatMap((event) => {
          const id = idOf(event)
          return [{ create: { _index: INDEX, ...(id !== undefined && { _id: id }) } }, event]
        }),
      )
    await refresh(shipper.connection, INDEX)
    await shipper.close()
    console.log(`Line ${options.line}, ${counted(nodes, 'node')}`)
    for (const toRun of jobs) onJob(toRun.job.job_id, await jobInCluster(toRun, cluster.urls))
  } finally {
    await cluster.stop()
  }
}

async function jobInCluster(toRun: JobToRun, urls: readonly string[]): Promise<readonly Alert[]> {
  // First looked at before the first event: then nothing is history, and each bucket is seen as it was when it was due.
  let now = ingestedOf(events[0]!)
  const reads = { indices: [INDEX], settle: 10 * SECOND, now: () => now }
  const storage = await openOpenSearch({ nodes: urls, replicas, prefix: 'same', journal: toRun.job.job_id, reads })
  await storage.events.last()
  now = end + 10 * SECOND
  try {
    return await alertsOf(toRun, storage)
  } finally {
    await storage.close()
  }
}

function compare(jobId: string, ours: readonly Alert[], theirs: readonly Alert[]): void {
  const [left, right] = [byId(ours), byId(theirs)]
  const both = [...left.keys()].filter((id) => right.has(id))
  const alike = both.filter((id) => sayingOf(left.get(id)!) === sayingOf(right.get(id)!))
  console.log(`${jobId}: ${left.size} alerts embedded, ${right.size} in the cluster, ${alike.length} the same`)
  for (const id of new Set([...left.keys(), ...right.keys()])) {
    if (alike.includes(id)) continue
    process.exitCode = 1
    for (const [where, alert] of [['embedded', left.get(id)] as const, ['cluster', right.get(id)] as const])
      console.log(`  ${id.slice(0, 8)} ${where}: ${alert ? sayingOf(alert) : 'no such alert'}`)
  }
}

function byId(alerts: readonly Alert[]): ReadonlyMap<string, Alert> {
  return new Map(alerts.map((alert) => [alert['kibana.alert.uuid'], alert]))
}

/** What a person is told: when, what, how odd, and why. */
function sayingOf(alert: Alert): string {
  const { record_score, by_field_value, timestamp } = alert
  return `${isoTime(timestamp as number)} ${by_field_value} ${record_score} ${alert['kibana.alert.severity']}: ${alert['kibana.alert.reason']}`
}
