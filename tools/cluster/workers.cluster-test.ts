import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Alert } from '../../src/domain/alert.ts'
import type { AnomalyResult } from '../../src/domain/anomaly-record.ts'
import { SILENT } from '../../src/domain/log.ts'
import { MINUTE, SECOND } from '../../src/domain/time.ts'
import { systemClock } from '../../src/engine/clock.ts'
import { Engine } from '../../src/engine/engine.ts'
import { Leases } from '../../src/engine/lease.ts'
import { ALL } from '../../src/query/ast.ts'
import { openMemory } from '../../src/storage/memory/open-memory.ts'
import { IndexEvents } from '../../src/storage/opensearch/index-events.ts'
import { openOpenSearch } from '../../src/storage/opensearch/open-opensearch.ts'
import { createEcsIndex, ship } from '../../src/storage/opensearch/testing/ecs-index.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { LINES, TestCluster } from '../opensearch/cluster.ts'
import { BEGIN, END, history, JOBS } from './jobs.ts'

/** A cluster of its own, since one of its nodes is killed. */
const cluster = await TestCluster.start(LINES.get(process.env.ODDSOCK_TEST_LINE ?? '2')!)
const processes: ChildProcess[] = []
after(async () => {
  for (const child of processes) child.kill('SIGKILL')
  await cluster.stop()
})

const PREFIX = 'workers'
const INDEX = 'logs-half-day'
const SPAN = 5 * MINUTE
/** For a machine that has much else to do. */
const PATIENCE = 4 * MINUTE
const TAKEOVER_WITHIN = 30 * SECOND

function worker(name: string): ChildProcess {
  const args = ['--import', 'tsx', 'tools/cluster/worker.ts', cluster.urls.join(), PREFIX, INDEX, name]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  processes.push(child)
  return child
}

test('three workers do each bucket once, though one is killed, one is paused past its lease, and a node goes and comes back', async () => {
  const store = await openOpenSearch({ nodes: cluster.urls, prefix: PREFIX })
  await createEcsIndex(store.connection, INDEX)
  await ship(store.connection, INDEX, [...history()])
  const expected = await undisturbed(store)
  assert.ok(expected.alerts.length >= 10, `${expected.alerts.length} alerts`)

  const [first, second, third] = ['a', 'b', 'c'].map(worker)
  await progress(store, 0.1)
  first!.kill('SIGKILL')
  await progress(store, 0.3)
  const held = await heldBy('b', store)
  assert.ok(held.length > 0)
  second!.kill('SIGSTOP')
  await cluster.killNode(2)
  await takenOver(held, 'c', store)
  second!.kill('SIGCONT')
  cluster.startNode(2)
  await cluster.green(3)
  await finished(store)

  for (const child of [second!, third!]) {
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  assert.deepEqual(await outcomeOf(store), expected)
  const notices = (await store.alerts.notices({ after: 0, limit: 10_000 })).items
  assert.equal(new Set(notices.map(({ doc }) => doc.id)).size, notices.length)
  await store.close()
})

function holders({ state }: Pick<Storage, 'state'>): Promise<ReadonlyMap<string, string>> {
  return new Leases({ state, clock: systemClock, holder: 'test' }).holders()
}

/** All of it within the time that is promised. */
async function takenOver(names: readonly string[], by: string, store: Pick<Storage, 'state'>): Promise<void> {
  const paused = Date.now()
  for (;;) {
    const now = await holders(store)
    const left = names.filter((name) => now.get(name) !== by)
    if (left.length === 0) return
    assert.ok(Date.now() - paused < TAKEOVER_WITHIN, `${left.join()} was not taken over`)
    await sleep(500)
  }
}

async function heldBy(holder: string, store: Pick<Storage, 'state'>): Promise<string[]> {
  return [...(await holders(store))].filter(([, other]) => other === holder).map(([name]) => name)
}

interface Outcome {
  readonly alerts: readonly Alert[]
  readonly results: ReadonlyMap<string, readonly AnomalyResult[]>
}

/** What a fresh engine makes of the same indices, with nothing in its way. */
async function undisturbed({
  connection,
}: {
  connection: Awaited<ReturnType<typeof openOpenSearch>>['connection']
}): Promise<Outcome> {
  const memory = openMemory()
  const events = new IndexEvents(connection, memory.state, { indices: [INDEX], from: BEGIN })
  const storage = { ...memory, events }
  const engine = new Engine({ storage, jobs: JOBS, clock: systemClock, log: SILENT })
  await engine.start()
  while (engine.health().jobs.some(({ openFrom }) => !(openFrom >= END))) await sleep(200)
  await engine.stop()
  return outcomeOf(storage)
}

async function outcomeOf(storage: Pick<Storage, 'alerts' | 'results'>): Promise<Outcome> {
  const alerts = (await storage.alerts.search(ALL, 10_000)).map(({ doc }) => doc)
  const results = new Map<string, readonly AnomalyResult[]>()
  for (const { job } of JOBS) results.set(job.job_id, await resultsOf(storage, job.job_id))
  return { alerts, results }
}

/** Each job has a journal of its own in the cluster; in memory there is one. */
async function resultsOf(
  { results }: Pick<Storage, 'results'>,
  jobId: string,
  from = BEGIN,
): Promise<readonly AnomalyResult[]> {
  const own = await results.newest(jobId, from)
  if (own.length > 0) return own
  const store = await openOpenSearch({ nodes: cluster.urls, prefix: PREFIX, journal: jobId })
  try {
    return await store.results.newest(jobId, from)
  } finally {
    await store.connection.close()
  }
}

/** Resolves when the jobs together are through this share of the time. */
async function progress({ state }: Pick<Storage, 'state'>, share: number): Promise<void> {
  const buckets = (END - BEGIN) / SPAN
  for (const until = Date.now() + PATIENCE; Date.now() < until; await sleep(500)) {
    const counts = await Promise.all(JOBS.map(async ({ job }) => decided(await state.keys(`decision/${job.job_id}/`))))
    const done = counts.reduce((sum, count) => sum + Math.min(count, buckets), 0)
    if (done >= share * buckets * JOBS.length) return
  }
  throw new Error(`The workers did not get through ${share} of the time`)
}

/** Resolves when each job has told of the last bucket that holds anything; how many decisions that takes depends on the time of day. */
async function finished(storage: Pick<Storage, 'results'>): Promise<void> {
  for (const until = Date.now() + PATIENCE; Date.now() < until; await sleep(2 * SECOND)) {
    const last = await Promise.all(JOBS.map(({ job }) => resultsOf(storage, job.job_id, END - SPAN)))
    if (last.every((results) => results.length > 0)) return
  }
  throw new Error('The workers did not come to the end')
}

function decided(keys: readonly string[]): number {
  return keys.length === 0 ? 0 : Number(keys.at(-1)!.split('/').at(-1)) + 1
}
