// What one bucket costs oddsock when the events of a fleet are in a cluster: CPU, time, memory, and bytes on the wire against bytes of
// events. Starts an OpenSearch of so many nodes and writes bench/results-scale.md.
// usage: npm run bench:scale [-- --fleets 1000x10,1000x100,10000x10 --line 2 --nodes 3]; hosts, and events of a host in a bucket; needs Java and
// Maven, and 3 GB of disk for the largest of these
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { bulk, refresh } from '../../src/storage/opensearch/journal.ts'
import { openOpenSearch } from '../../src/storage/opensearch/open-opensearch.ts'
import { createEcsIndex } from '../../src/storage/opensearch/testing/ecs-index.ts'
import { LINES, TestCluster } from '../../tools/opensearch/cluster.ts'
import { BUCKETS, DAYS, eventsOf, LIVE, SPAN } from './fleet.ts'
import { Wire } from './wire.ts'

const JOBS = ['linux_novel_network_activity', 'linux_anomalous_network_activity']
const TOGETHER = 1_000

const { values: options } = parseArgs({
  options: {
    fleets: { type: 'string', default: '1000x10,1000x100,10000x10' },
    line: { type: 'string', default: '2' },
    nodes: { type: 'string', default: '3' },
  },
})

interface Fleet {
  readonly hosts: number
  /** Events of a host in a bucket. */
  readonly perHost: number
}

interface Cost extends Fleet {
  readonly job: string
  readonly rows: number
  readonly cpuSeconds: number
  readonly wallSeconds: number
  readonly peakMiB: number
  /** Bytes on the wire, both ways, and bytes of the events of the bucket as JSON. */
  readonly wire: number
  readonly events: number
}

const line = LINES.get(options.line)!
const cluster = await TestCluster.start(line, Number(options.nodes))
const costs: Cost[] = []
try {
  for (const text of options.fleets.split(',')) {
    const [hosts = 0, perHost = 0] = text.split('x').map(Number)
    const bytes = await fill({ hosts, perHost })
    for (const job of JOBS) {
      costs.push(await costOf({ hosts, perHost }, job, bytes))
      // What was measured is kept, should a larger fleet be too much for the machine.
      write()
    }
  }
} finally {
  await cluster.stop()
}

function indexOf({ hosts, perHost }: Fleet): string {
  return `logs-${hosts}x${perHost}`
}

/** Writes the events of all buckets; answers their bytes, a bucket. */
async function fill({ hosts, perHost }: Fleet): Promise<number> {
  const store = await openOpenSearch({ nodes: cluster.urls, prefix: 'shipper', replicas: 0 })
  const index = indexOf({ hosts, perHost })
  await createEcsIndex(store.connection, index, { number_of_replicas: 0, refresh_interval: '-1' })
  let bytes = 0
  let lines: unknown[] = []
  const flush = async () => {
    await bulk(store.connection, lines)
    lines = []
  }
  for (let bucket = 0; bucket < BUCKETS; bucket++)
    for (const event of eventsOf(hosts, perHost, LIVE + bucket * SPAN)) {
      bytes += JSON.stringify(event).length + 1
      lines.push({ index: { _index: index } }, event)
      if (lines.length >= 2 * TOGETHER) await flush()
    }
  await flush()
  await refresh(store.connection, index)
  await store.close()
  console.log(`${index}: ${(bytes / 1e6).toFixed(0)} MB of events are in the cluster`)
  return bytes / BUCKETS
}

/** The second of two buckets: the first one makes indices and asks for mappings. */
async function costOf(fleet: Fleet, job: string, events: number): Promise<Cost> {
  const { hosts, perHost } = fleet
  const wire = await Wire.before(cluster.urls)
  const script = fileURLToPath(new URL('worker.ts', import.meta.url))
  const args = ['--import', 'tsx', script, wire.urls.join(), indexOf(fleet), job, String(hosts), String(perHost)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  let before = 0
  let cost: Cost | undefined
  for await (const text of createInterface({ input: child.stdout })) {
    const told = JSON.parse(text) as Omit<Cost, keyof Fleet | 'job' | 'wire' | 'events'> & { readonly bucket?: number }
    const travelled = wire.sent + wire.received
    console.log(indexOf(fleet), job, text, travelled - before)
    if (told.bucket !== undefined) cost = { ...told, ...fleet, job, wire: travelled - before, events }
    before = travelled
  }
  const [status] = await ended
  await wire.close()
  if (status !== 0 || !cost) throw new Error(`The worker for ${hosts} hosts ended with ${status}`)
  return cost
}

function write(): void {
  const [cpu] = cpus()
  const rows = costs.map((cost) =>
    [
      cost.hosts.toLocaleString('en'),
      cost.job,
      (cost.hosts * cost.perHost).toLocaleString('en'),
      cost.rows.toLocaleString('en'),
      cost.cpuSeconds.toFixed(1),
      cost.wallSeconds.toFixed(1),
      cost.peakMiB.toFixed(0),
      (cost.events / 1e6).toFixed(1),
      (cost.wire / 1e6).toFixed(2),
      `1/${(cost.events / cost.wire).toFixed(0)}`,
    ].join(' | '),
  )
  const text = `# What a bucket costs when the events are in a cluster

Made by \`npm run bench:scale -- --fleets ${options.fleets} --line ${options.line} --nodes ${options.nodes}\`: OpenSearch ${line.runner}, ${options.nodes === '1' ? 'one node' : `${options.nodes} nodes`} of 512 MB, two shards, on ${cpus().length} × ${cpu?.model.trim()} together with
oddsock and whatever else ran (load of the last five minutes at the end: ${loadavg()[1]!.toFixed(0)}), Node ${process.version}.

| hosts | job | events in the bucket | rows | CPU s | wall s | peak MiB | MB of events | MB on the wire | share |
|---|---|---|---|---|---|---|---|---|---|
${rows.map((row) => `| ${row} |`).join('\n')}

One bucket of 15 minutes, the second of two: observing it, looking for late events, scoring, judging, storing. CPU and peak memory are
those of the process of oddsock; bytes are those of the connections in both directions, packed as they travel, against the events
as JSON. The ${DAYS} days before are filled in: a bucket a day of the same fleet, handed to the model as rows without events.
`
  writeFileSync(fileURLToPath(new URL('../results-scale.md', import.meta.url)), text)
}
