// One of several workers that share the jobs of `jobs.ts`, for the test that kills and pauses them.
// usage: node --import tsx tools/cluster/worker.ts NODES PREFIX INDEX HOLDER
import { SILENT } from '../../src/domain/log.ts'
import { SECOND } from '../../src/domain/time.ts'
import { systemClock } from '../../src/engine/clock.ts'
import { Engine } from '../../src/engine/engine.ts'
import { type Lease, Leases } from '../../src/engine/lease.ts'
import { Worker } from '../../src/engine/worker.ts'
import { openOpenSearch } from '../../src/storage/opensearch/open-opensearch.ts'
import { BEGIN, JOBS } from './jobs.ts'

const [nodes = '', prefix = '', index = '', holder = ''] = process.argv.slice(2)
const cluster = { nodes: nodes.split(','), prefix, reads: { indices: [index], from: BEGIN } }
const clock = systemClock
const shared = await openOpenSearch(cluster)

async function start({ name }: Lease) {
  const storage = await openOpenSearch({ ...cluster, journal: name })
  const jobs = JOBS.filter(({ job }) => job.job_id === name)
  const engine = new Engine({ storage, jobs, clock, log: { ...SILENT, warn: say, error: say } })
  await engine.start()
  return {
    async stop() {
      await engine.stop()
      await storage.close()
    },
    async drop() {
      await storage.connection.close()
      await engine.stop().catch(() => {})
    },
  }
}

const leases = new Leases({ state: shared.state, clock, holder, lasts: 6 * SECOND })
const names = JOBS.map(({ job }) => job.job_id)
const log = { ...SILENT, info: say, warn: say, error: say }
const worker = new Worker({ leases, clock, log, names, start })
worker.start()
process.on('SIGTERM', async () => {
  await worker.stop()
  await shared.close()
})

function say(message: string, fields: object = {}): void {
  console.log(holder, message, JSON.stringify(fields))
}
