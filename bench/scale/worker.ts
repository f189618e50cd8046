// One job on a fleet whose events are in a cluster: prints what each of its buckets cost, a JSON line each.
// usage: node --import tsx bench/scale/worker.ts NODES INDEX JOB FLEET
import { jobsToRun } from '../../src/cli/jobs-to-run.ts'
import { SILENT } from '../../src/domain/log.ts'
import { SECOND } from '../../src/domain/time.ts'
import { JobRunner } from '../../src/engine/job-runner.ts'
import { Ticks } from '../../src/engine/ticks.ts'
import { openOpenSearch } from '../../src/storage/opensearch/open-opensearch.ts'
import { filledEvents } from './filled-events.ts'
import { BUCKETS, dueAt, LIVE, MEMORY_LIMIT, readFleet, SPAN } from './fleet.ts'

const [nodes = '', index = '', jobId = '', fleet = ''] = process.argv.slice(2)
const end = dueAt(LIVE + BUCKETS * SPAN)
let now = LIVE
const reads = { indices: [index], from: LIVE, settle: 10 * SECOND, now: () => now }
const storage = await openOpenSearch({ nodes: nodes.split(','), prefix: `scale-${index}`, journal: jobId, reads })
// First looked at before the first event, so that each bucket is observed when it is due.
await storage.events.last()
now = end + 10 * SECOND

const [toRun] = (await jobsToRun({ jobs: [jobId], rules: [], model_memory_limit: MEMORY_LIMIT })).jobs
let rows = 0
const events = filledEvents(storage.events, readFleet(fleet))
const counted = {
  ...events,
  async *observe(...asked: Parameters<typeof events.observe>) {
    rows = 0
    for await (const row of events.observe(...asked)) {
      rows++
      yield row
    }
  },
}
const runner = new JobRunner(toRun!, {
  storage: { ...storage, events: counted },
  ticks: new Ticks(storage.state),
  timeOfDay: () => now,
  log: SILENT,
})
await runner.start()
await runner.advance(LIVE)
tell({ history: runner.figures.buckets, rows })
for (let bucket = 0; bucket < BUCKETS; bucket++) {
  const [cpu, wall] = [process.cpuUsage(), performance.now()]
  await runner.advance(dueAt(LIVE + (bucket + 1) * SPAN))
  const { user, system } = process.cpuUsage(cpu)
  const wallSeconds = (performance.now() - wall) / 1_000
  tell({ bucket, rows, cpuSeconds: (user + system) / 1e6, wallSeconds, peakMiB: process.resourceUsage().maxRSS / 1024 })
}
await storage.connection.close()

function tell(line: object): void {
  console.log(JSON.stringify(line))
}
