import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { jobsToRun } from '../../src/cli/jobs-to-run.ts'
import { ecsLine, type Use } from '../../src/cli/testing/week.ts'
import type { Alert } from '../../src/domain/alert.ts'
import { deriveFields } from '../../src/domain/derive.ts'
import type { EcsEvent } from '../../src/domain/event.ts'
import { SILENT } from '../../src/domain/log.ts'
import { DAY, HOUR, isoTime, MINUTE, SECOND } from '../../src/domain/time.ts'
import { systemClock } from '../../src/engine/clock.ts'
import { Engine } from '../../src/engine/engine.ts'
import type { HealthDocument } from '../../src/http/health.ts'
import type { JobDocument } from '../../src/http/jobs.ts'
import { ALL } from '../../src/query/ast.ts'
import { openMemory } from '../../src/storage/memory/open-memory.ts'
import { createEcsIndex, ship } from '../../src/storage/opensearch/testing/ecs-index.ts'
import { NODES, openFresh } from '../../src/storage/opensearch/testing/fresh.ts'

/** Two servers as somebody would start them who has one cluster and two machines. */

const BIN = fileURLToPath(new URL('../../bin/oddsock', import.meta.url))
const FOLDER = mkdtempSync(join(tmpdir(), 'oddsock-servers-'))
/** Of the first one's alerts people are told. */
const JOBS = ['linux_anomalous_network_activity', 'linux_novel_network_activity']
const SPAN = 15 * MINUTE
/** Everything has closed by now, and the alerts of the last day are still sent. */
const END = Math.floor((Date.now() - 2 * HOUR) / SPAN) * SPAN
const BEGIN = END - 5 * DAY
/** For a machine that has much else to do. */
const PATIENCE = 8 * MINUTE
const TAKEOVER_WITHIN = 30 * SECOND
/** As a user has it: what tells the tests of their cluster would be a setting that nobody knows. */
const ENV = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('ODDSOCK_')))

const processes: ChildProcess[] = []
after(() => {
  for (const child of processes) child.kill('SIGKILL')
  rmSync(FOLDER, { recursive: true })
})

interface Server {
  readonly state: string
  readonly child: ChildProcess
  /** What was sent, line by line. */
  readonly sent: string
}

function serve(name: string, prefix: string, index: string): Server {
  const [state, sent, config] = ['state', 'sent.ndjson', 'toml'].map((ending) => join(FOLDER, `${name}.${ending}`))
  const settings = `
    jobs = ${JSON.stringify(JOBS)}
    [storage]
    engine = "opensearch"
    nodes = ${JSON.stringify(NODES)}
    prefix = "${prefix}"
    indices = ["${index}"]
    look_back = "10d"
    [http]
    listen = ["127.0.0.1:0"]
    [[sink]]
    type = "ndjson-file"
    path = "${sent}"
  `
  writeFileSync(config!, settings)
  const args = [BIN, 'serve', '--config', config!, '--state', state!]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'], env: ENV })
  processes.push(child)
  return { state: state!, child, sent: sent! }
}

/** A command of a user who is at the machine of a server; answers what it prints. */
async function run({ state }: Server, ...words: string[]): Promise<string> {
  const args = [BIN, ...words, '--state', state]
  return (await promisify(execFile)(process.execPath, args, { env: ENV })).stdout
}

async function ask<T>(server: Server, ...words: string[]): Promise<T[]> {
  return (await run(server, ...words, '--json'))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}

async function until(what: string, within: number, isSo: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + within; Date.now() < end; await sleep(500)) if (await isSo()) return
  assert.fail(`not within ${within / SECOND} s: ${what}`)
}

/** Asked over the socket by which the commands ask: a command for each look would take the processor from the servers. */
async function healthOf({ state }: Server): Promise<HealthDocument | undefined> {
  const asked = request({ socketPath: join(state, 'oddsock.sock'), path: '/api/v1/health' }).end()
  try {
    const [reply] = (await once(asked, 'response')) as [IncomingMessage]
    return (await json(reply)) as HealthDocument
  } catch {
    return undefined
  }
}

/** Two hosts that do the same all the time, and in the last twenty hours something new every two hours. */
function history(): EcsEvent[] {
  const events: EcsEvent[] = []
  const add = (use: Use) => {
    const event = JSON.parse(ecsLine(use, events.length))
    events.push({ ...event, event: { ...event.event, ingested: isoTime(use.time + 5 * SECOND) } })
  }
  for (let time = BEGIN; time < END; time += SPAN) {
    const known = { user: 'root', ip: '203.0.113.7' }
    for (const host of ['web-1', 'web-2'])
      for (const [i, process] of ['nginx', 'curl', 'chronyd'].entries())
        add({ ...known, time: time + (i + 1) * MINUTE, host, process })
    const n = (time - BEGIN) / SPAN
    if (time < END - 20 * HOUR || n % 8 !== 3) continue
    const odd = { process: `odd${letters(n)}`, user: `u${letters(n)}`, ip: `198.51.100.${n % 250}` }
    add({ ...odd, time: time + 7 * MINUTE, host: `web-${1 + (n % 2)}`, directory: '/dev/shm' })
  }
  return events
}

/** A name of its own for a number; digits of a name do not count. */
function letters(number: number): string {
  return [...String(number)].map((digit) => 'abcdefghij'[Number(digit)]).join('')
}

test('servers share the jobs of a cluster; one is killed, another goes on with no alert lost or doubled, and what people say holds on all', async () => {
  const store = await openFresh()
  const index = `${store.prefix}-logs`
  await createEcsIndex(store.connection, index)
  const events = history()
  await ship(store.connection, index, events)
  const undisturbed = inMemory(events)

  const servers = [serve('a', store.prefix, index), serve('b', store.prefix, index)]
  await until('each server is at work', PATIENCE, async () => {
    for (const { child } of servers) assert.equal(child.exitCode, null)
    const [a, b] = await Promise.all(servers.map(healthOf))
    return (a?.jobs[0]?.buckets ?? 0) + (b?.jobs[0]?.buckets ?? 0) > 50 && a?.server != null && b?.server != null
  })
  const [first] = await Promise.all(servers.map(healthOf))
  assert.deepEqual(
    first!.shared_work.map(({ name }) => name).sort(),
    [...JOBS.map((id) => `job/${id}`), 'retention', 'sinks'].sort(),
  )
  const holders = new Set(first!.shared_work.map(({ server }) => server))
  assert.equal(holders.size, 2, JSON.stringify(first))

  const dying = first!.jobs.length > 0 ? servers[0]! : servers[1]!
  const left = servers.find((server) => server !== dying)!
  dying.child.kill('SIGKILL')
  const survivor = (await healthOf(left))!.server
  await until('the other has taken over all', TAKEOVER_WITHIN, async () =>
    (await healthOf(left))!.shared_work.every(({ server }) => server === survivor),
  )
  await until('all of it is judged', PATIENCE, async () => {
    const { jobs } = (await healthOf(left))!
    return jobs.length === JOBS.length && jobs.every(({ open_from }) => Date.parse(open_from ?? '') >= END)
  })
  for (const job of await ask<JobDocument>(left, 'jobs')) assert.equal(job.server, survivor)
  const expected = await undisturbed
  assert.ok(expected.length >= 4, `${expected.length} alerts`)
  assert.deepEqual(await listed(left), expected)

  const told = expected.filter((name) => name.startsWith(JOBS[0]!))
  const sent = new Set(servers.flatMap((server) => (existsSync(server.sent) ? linesOf(server.sent) : [])).map(nameOf))
  assert.deepEqual([...sent].sort(), told)

  const back = serve('back', store.prefix, index)
  await until('the one that was killed is there again', PATIENCE, async () => (await healthOf(back)) !== undefined)
  const [id] = (await ask<Alert>(back, 'alerts', 'list')).map((alert) => alert['kibana.alert.uuid'])
  await run(back, 'alerts', 'ack', id!)
  const acknowledged = await ask<Alert>(left, 'alerts', 'list', '--status', 'acknowledged')
  assert.deepEqual(
    acknowledged.map((alert) => alert['kibana.alert.uuid']),
    [id],
  )
  await run(left, 'except', id!)
  const [made] = await ask<{ item_id: string }>(left, 'exceptions')
  assert.ok(made)
  assert.deepEqual(
    (await ask<{ item_id: string }>(back, 'exceptions')).map(({ item_id }) => item_id),
    [made.item_id],
  )

  for (const { child } of [left, back]) {
    child.kill('SIGTERM')
    assert.deepEqual(await once(child, 'exit'), [0, null])
  }
})

async function listed(server: Server): Promise<string[]> {
  return (await ask<Alert>(server, 'alerts', 'list', '--status', 'all', '--job', 'all', '--since', isoTime(BEGIN)))
    .map(nameOf)
    .sort()
}

/** What there is to say of an alert; the time of day at which its bucket was closed is not part of it. */
function nameOf(alert: Alert): string {
  return `${alert.job_id} ${alert['kibana.alert.uuid']} ${isoTime(alert.timestamp as number)} ${alert.record_score}`
}

/** What one engine with all in its memory makes of the same events, while nothing happens to it. */
async function inMemory(events: readonly EcsEvent[]): Promise<string[]> {
  const storage = openMemory()
  const { jobs } = await jobsToRun({ jobs: JOBS, rules: [] })
  const engine = new Engine({ storage, jobs, clock: systemClock, log: SILENT })
  await engine.start()
  await engine.intake.take({ source: 'history', clock: 'receipt', events: events.map((event) => deriveFields(event)) })
  await until('all of it is judged', PATIENCE, async () =>
    engine.health().jobs.every(({ openFrom }) => openFrom >= END),
  )
  await engine.stop()
  return (await storage.alerts.search(ALL, 10_000)).map(({ doc }) => nameOf(doc)).sort()
}

function linesOf(file: string): Alert[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}
