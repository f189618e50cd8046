// What one bucket costs oddsock when the events of a fleet are in a cluster: CPU, time, memory, and bytes on the wire against bytes of
// events; by hosts, by programs and by nodes. Starts an OpenSearch for each number of nodes, writes bench/results-scale.md and draws
// bench/results-scale.svg.
// usage: npm run bench:scale [-- --fleets 1000x2,10000x2 --nodes 3,1 --again 10000x2 --line 2]; a fleet is hosts x events of a host in a bucket, and
// x programs where there are more than 24. The first number of nodes gets all fleets, the others those of --again.
// Needs Java and Maven, and 5 GB of disk for the fleets that are usual
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpus, loadavg } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { bulk, refresh } from '../../src/storage/opensearch/journal.ts'
import { openOpenSearch } from '../../src/storage/opensearch/open-opensearch.ts'
import { createEcsIndex } from '../../src/storage/opensearch/testing/ecs-index.ts'
import { LINES, TestCluster } from '../../tools/opensearch/cluster.ts'
import { BUCKETS, eventsOf, type FleetSize, LIVE, readFleet, SPAN } from './fleet.ts'
import { type Cost, writeResults } from './results.ts'
import { Wire } from './wire.ts'

const JOBS = ['linux_novel_network_activity', 'linux_anomalous_network_activity']
const TOGETHER = 1_000

const { values: options } = parseArgs({
  options: {
    fleets: {
      type: 'string',
      default: '1000x2,10000x2,100000x2,1000x10,10000x10,1000x100,10000x2x240,10000x2x2400',
    },
    /** Given to each number of nodes but the first. */
    again: { type: 'string', default: '10000x2' },
    nodes: { type: 'string', default: '3,1' },
    line: { type: 'string', default: '2' },
  },
})

const line = LINES.get(options.line)!
const costs: Cost[] = []
for (const [i, nodes] of options.nodes.split(',').map(Number).entries()) {
  const cluster = await TestCluster.start(line, nodes)
  try {
    for (const fleet of (i === 0 ? options.fleets : options.again).split(',')) await measure(cluster, nodes, fleet)
  } finally {
    await cluster.stop()
  }
}

async function measure(cluster: TestCluster, nodes: number, fleet: string): Promise<void> {
  const size = readFleet(fleet)
  const eventBytes = await fill(cluster, fleet, size)
  for (const job of JOBS) {
    costs.push({ ...size, ...(await costOf(cluster, fleet, job)), nodes, job, eventBytes })
    // What was measured is kept, should a larger fleet be too much for the machine.
    writeResults(costs, {
      command: `npm run bench:scale -- --fleets ${options.fleets} --nodes ${options.nodes} --again ${options.again} --line ${options.line}`,
      cluster: `${line.product} ${line.version}`,
      machine: `${cpus().length} × ${cpus()[0]!.model.trim()}, Node ${process.version}`,
      load: loadavg()[1]!,
    })
  }
}

/** Writes the events of all buckets; answers their bytes, a bucket. */
async function fill(cluster: TestCluster, fleet: string, size: FleetSize): Promise<number> {
  const store = await openOpenSearch({ nodes: cluster.urls, prefix: 'shipper', replicas: 0 })
  const index = indexOf(fleet)
  await createEcsIndex(store.connection, index, { number_of_replicas: 0, refresh_interval: '-1' })
  let bytes = 0
  let lines: unknown[] = []
  const flush = async () => {
    await bulk(store.connection, lines)
    lines = []
  }
  for (let bucket = 0; bucket < BUCKETS; bucket++)
    for (const event of eventsOf(size, LIVE + bucket * SPAN)) {
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

/** What a worker tells of a bucket. */
type Told = Pick<Cost, 'rows' | 'cpuSeconds' | 'wallSeconds' | 'peakMiB'> & { readonly bucket?: number }

/** The second of two buckets: the first one makes indices and asks for mappings. */
async function costOf(cluster: TestCluster, fleet: string, job: string): Promise<Told & Pick<Cost, 'wireBytes'>> {
  const wire = await Wire.before(cluster.urls)
  const script = fileURLToPath(new URL('worker.ts', import.meta.url))
  const args = ['--import', 'tsx', script, wire.urls.join(), indexOf(fleet), job, fleet]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  let before = 0
  let cost: (Told & Pick<Cost, 'wireBytes'>) | undefined
  for await (const text of createInterface({ input: child.stdout })) {
    const told = JSON.parse(text) as Told
    const travelled = wire.sent + wire.received
    console.log(indexOf(fleet), job, text, travelled - before)
    if (told.bucket !== undefined) cost = { ...told, wireBytes: travelled - before }
    before = travelled
  }
  const [status] = await ended
  await wire.close()
  if (status !== 0 || !cost) throw new Error(`The worker for the fleet ${fleet} ended with ${status}`)
  return cost
}

function indexOf(fleet: string): string {
  return `logs-${fleet}`
}
