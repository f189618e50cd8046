// Steady load on a real server: does its memory stay level, and how long from an odd event to its provisional alert?
// usage: npm run soak -- [--minutes N] [--rate N] [--hosts N] [--seed N] [--out FOLDER]
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { DAY, MINUTE, SECOND } from '../../src/domain/time.ts'
import { systemClock } from '../../src/engine/clock.ts'
import { Product } from '../../tools/crash/product.ts'
import { freePort, Server } from '../../tools/crash/server.ts'
import { cpuOf, growth, MOST_GROWTH, quantile, rssOf, type Sample } from './memory.ts'
import { memoryPicture } from './picture.ts'
import { Pump } from './pump.ts'
import { Fleet, type Sent } from './traffic.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    rate: { type: 'string', default: '5000' },
    hosts: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: 'bench' },
  },
})
const minutes = Number(values.minutes)
const rate = Number(values.rate)

/** What the jobs learn from before the clock starts: a week, thinly. */
const HISTORY = { days: 8, documents: 60_000 }
/** Then so long at the full rate: the store keeps events of the last 20 minutes and more in its table, and the keys of them in memory. */
const FILLED = 30 * MINUTE
const BATCHES_A_SECOND = 10
const NEWCOMER_EVERY = 10 * SECOND
const LOOK_EVERY = 5 * SECOND

const product = new Product()
const place = product.place('soak')
const port = await freePort()
const settings = join(place, 'oddsock.toml')
writeFileSync(
  settings,
  [
    `storage = { path = ${JSON.stringify(join(place, 'state'))} }`,
    `http = { listen = ["127.0.0.1:${port}"] }`,
    'source = []',
    'log = { format = "json" }',
    '',
  ].join('\n'),
)
const server = new Server({
  command: product.command('serve', '--config', settings),
  url: `http://127.0.0.1:${port}`,
  log: join(place, 'server.log'),
})
server.start()
const isUp = async () => (await server.get('/api/v1/health')) !== undefined
await server.until('it is up', MINUTE, isUp)

const fleet = new Fleet(Number(values.hosts), Number(values.seed))
const pump = new Pump(server.url)
await sendHistory()

const began = performance.now()
const cpuBefore = cpuOf(server.pid)
const answeredBefore = pump.answered
const samples: Sample[] = []
const newcomers = new Map<string, number>()
const looking = setInterval(look, LOOK_EVERY)
await sendLive()
await pump.drain()
clearInterval(looking)
const seconds = (performance.now() - began) / SECOND
const cpu = (cpuOf(server.pid) - cpuBefore) / seconds
await systemClock.sleep(10 * SECOND)
const latencies = await latenciesOf(newcomers)
const { code, ms } = await server.stop()
report()

async function sendHistory(): Promise<void> {
  const now = Date.now()
  const filledFrom = now - MINUTE - FILLED
  await sendPast(fleet.documents(HISTORY.documents, now - HISTORY.days * DAY, filledFrom))
  await sendPast(fleet.documents((rate * FILLED) / SECOND, filledFrom, now - MINUTE))
  await server.until('the history is gone through', 20 * MINUTE, async () => {
    const health = (await server.get('/api/v1/health')) as Health | undefined
    const starts = health?.jobs.map(({ open_from }) => Date.parse(open_from ?? '')) ?? []
    return starts.length > 0 && starts.every((start) => start > now - 2 * 60 * MINUTE)
  })
  console.log(`history of ${HISTORY.days} days, ${pump.answered} documents; ${Math.round(rssOf(server.pid))} MB`)
}

async function sendPast(documents: Iterable<Sent>): Promise<void> {
  let batch: Sent[] = []
  for (const document of documents) {
    batch.push(document)
    if (batch.length < 1_000) continue
    // One after the other: time must not go back.
    await pump.send(batch)
    await pump.drain()
    batch = []
  }
  await pump.send(batch)
  await pump.drain()
}

async function sendLive(): Promise<void> {
  let sent = 0
  let newcomer = 0
  for (let tick = 0; performance.now() - began < minutes * MINUTE; tick++) {
    server.mustRun()
    const now = Date.now()
    const batch = [...fleet.documents(Math.round(rate / BATCHES_A_SECOND), now, now + 1)]
    if (performance.now() - began >= (newcomer + 1) * NEWCOMER_EVERY) {
      const { name, ...document } = fleet.newcomer(newcomer++, now)
      newcomers.set(name, now)
      batch.push(document)
    }
    await pump.send(batch)
    sent += batch.length
    await systemClock.sleep(((tick + 1) / BATCHES_A_SECOND) * SECOND - (performance.now() - began))
  }
  console.log(`${sent} documents were sent`)
}

function look(): void {
  const seconds = Math.round((performance.now() - began) / SECOND)
  samples.push({ seconds, rss: rssOf(server.pid), documents: pump.answered - answeredBefore })
  if (samples.length % 12 === 0) console.log(`${Math.round(seconds / 60)} min  ${Math.round(samples.at(-1)!.rss)} MB`)
}

interface Health {
  readonly jobs: readonly { readonly open_from: string | null }[]
}

interface AlertPage {
  readonly items: readonly {
    readonly process?: { readonly name?: string }
    readonly oddsock?: { readonly alert?: { readonly provisional_at?: string } }
  }[]
  readonly next: string | null
}

/** From `event.ingested` of the odd event until its first alert was there, in ms. */
async function latenciesOf(sent: ReadonlyMap<string, number>): Promise<readonly number[]> {
  const first = new Map<string, number>()
  for (let after = ''; ; ) {
    const page = (await server.get(`/api/v1/alerts?limit=500${after}`)) as AlertPage | undefined
    for (const { process, oddsock } of page?.items ?? []) {
      const name = process?.name ?? ''
      const at = Date.parse(oddsock?.alert?.provisional_at ?? '')
      if (sent.has(name) && at) first.set(name, Math.min(at, first.get(name) ?? Number.POSITIVE_INFINITY))
    }
    if (!page?.next) break
    after = `&after=${encodeURIComponent(page.next)}`
  }
  return [...first].map(([name, at]) => at - sent.get(name)!)
}

function report(): void {
  const grown = growth(samples)
  const told = `${latencies.length} of ${newcomers.size}`
  const [p50, p99] = [0.5, 0.99].map((q) => `${(quantile(latencies, q) / SECOND).toFixed(1)} s`)
  const answered = pump.answered - answeredBefore
  const rows = [
    ['documents a second, wished and reached', `${rate}, ${Math.round(answered / seconds)}`],
    ['documents', String(answered)],
    ['batches that failed', String(pump.failures)],
    ['processors used by the server', `${cpu.toFixed(2)} of ${cpus().length}`],
    ['memory at the end, and at most', `${mb(samples.at(-1)!.rss)}, ${mb(Math.max(...samples.map(({ rss }) => rss)))}`],
    ['growth from the second quarter to the last', `${(100 * grown).toFixed(1)} %`],
    ['odd programs with a provisional alert', told],
    ['from arrival to provisional alert, p50 and p99', `${p50}, ${p99}`],
    ['stopping took', `${(ms / SECOND).toFixed(1)} s, exit code ${code}`],
  ]
  const name = `soak-${rate}`
  mkdirSync(values.out, { recursive: true })
  const csv = samples.map(({ seconds, rss, documents }) => `${seconds},${rss.toFixed(1)},${documents}\n`).join('')
  writeFileSync(join(values.out, `${name}.csv`), `seconds,rss_mb,documents\n${csv}`)
  const title = `Resident set of the server in MB, at ${rate} documents a second`
  writeFileSync(join(values.out, `${name}.svg`), memoryPicture(samples, title))
  const text = [
    `# ${minutes} minutes at ${rate} documents a second`,
    '',
    `\`npm run soak -- --minutes ${minutes} --rate ${rate} --hosts ${values.hosts}\`, ${new Date().toISOString().slice(0, 10)}, Node ${process.version}. Before, a history of ${HISTORY.days} days was sent, thinly, and ${FILLED / MINUTE} minutes at the full rate; every ${NEWCOMER_EVERY / SECOND} s a program appears that nobody has seen.`,
    '',
    '| | |',
    '|---|---|',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
    '',
    `![memory over time](${name}.svg)`,
    '',
  ].join('\n')
  writeFileSync(join(values.out, `${name}.md`), text)
  for (const row of rows) console.log(row.join(': '))
  const wrong = grown > MOST_GROWTH || pump.failures > 0 || code !== 0 || answered < 0.95 * rate * seconds
  if (wrong) console.log(`Not as it should be; the server's log: ${server.log}`)
  else product.remove()
  process.exit(wrong ? 1 : 0)
}

function mb(bytes: number): string {
  return `${Math.round(bytes)} MB`
}
