import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import type { EcsEvent } from '../../src/domain/event.ts'
import { text } from '../../src/domain/field.ts'
import { auditLog } from '../../src/formats/audit-log/index.ts'
import { ALL } from '../../src/query/ast.ts'
import { openEmbedded } from '../../src/storage/embedded/open-embedded.ts'
import { Server } from '../crash/server.ts'
import { type Daemon, forget, rsyslog, run, syslogNg } from './daemon.ts'

/**
 * The daemons of most Linux machines ship audit logs of real kernels with the settings of the how-to page, each log twice, while the
 * server is killed. Afterwards the store holds every event that the log holds, once and whole.
 */
const PAGE = readFileSync('docs/how-to/send-with-a-shipper.md', 'utf8')
const LONGEST = 180_000
const PORT = 30_000 + (process.pid % 10_000)

const folder = mkdtempSync(join(tmpdir(), 'oddsock-audit-'))
const state = join(folder, 'state')
const config = join(folder, 'oddsock.toml')
writeFileSync(config, 'source = []\n')
const server = new Server({
  command: [
    ...[process.execPath, 'bin/oddsock', 'serve'],
    ...['--config', config, '--state', state, '--listen', `127.0.0.1:${PORT}`],
  ],
  url: `http://127.0.0.1:${PORT}`,
  log: join(folder, 'server.log'),
})

interface Shipper {
  readonly name: string
  readonly log: readonly string[]
  /** Whether each line names its host, c-web; else the document does, by the name of this machine. */
  readonly namesHost: boolean
  readonly daemon: (folder: string, name: string, settings: string) => Daemon
}

const SHIPPERS: readonly Shipper[] = [
  {
    name: 'rsyslog',
    log: lines('dev-raw').map((line) => line.replace(/^node=\S+ /, '')),
    namesHost: false,
    daemon: rsyslog,
  },
  { name: 'syslog-ng', log: lines('web-enriched-execve').slice(0, 6_000), namesHost: true, daemon: syslogNg },
]

await start()
const failures = new Map<Shipper, unknown>()
for (const shipper of SHIPPERS) await ship(shipper).catch((error) => failures.set(shipper, error))
const { code } = await server.stop()
const stored = await storedEvents()
rmSync(folder, { recursive: true, force: true })

describe('of a log that is shipped line by line, while the server is killed, every event is there once and whole:', () => {
  for (const shipper of SHIPPERS)
    test(shipper.name, () => {
      if (failures.has(shipper)) throw failures.get(shipper)
      const expected = eventsOf(shipper.log).map(shown).toSorted()
      const found = stored.filter((event) => (text(event, 'host.name') === 'c-web') === shipper.namesHost).map(shown)
      assert.ok(expected.filter((one) => one.includes('connected-to')).length > 500)
      assert.deepEqual(found.toSorted(), expected)
    })

  test('each event has a host, and the server has stopped in good order', () => {
    assert.equal(code, 0)
    assert.deepEqual(
      stored.filter((event) => !text(event, 'host.name')),
      [],
    )
  })
})

/** The daemon reads its log, in the middle of which the server is killed; then it forgets that and reads it again. */
async function ship({ name, log, daemon }: Shipper): Promise<void> {
  const file = join(folder, `${name}.log`)
  writeFileSync(file, log.map((line) => `${line}\n`).join(''))
  const shipping = daemon(folder, name, settingsOf(name, file))
  forget(shipping)
  const before = await taken()
  await run(shipping, async () => {
    await server.until('a part is there', LONGEST, async () => (await taken()) > before + log.length / 4)
    await server.kill()
    await start()
    await untilQuiet()
  })
  forget(shipping)
  const again = await taken()
  await run(shipping, () =>
    server.until('all has come again', LONGEST, async () => (await taken()) >= again + log.length),
  )
}

/** The settings that the page shows, for another file and another port. */
function settingsOf(name: string, file: string): string {
  const marked = PAGE.split(`<!-- run: ${name} -->\n\`\`\`text\n`)[1]
  assert.ok(marked, `The page shows no settings of ${name}`)
  const shown = marked.slice(0, marked.indexOf('```'))
  const moved = shown.replace('/var/log/audit/audit.log', file).replace('9277', String(PORT))
  // It waits a minute before it tries again, which is too long for a test.
  return name === 'syslog-ng' ? `options { time-reopen(1); };\n${moved}` : moved
}

async function start(): Promise<void> {
  server.start()
  await server.until('it is running', 60_000, async () => (await health())?.status === 'running')
}

/** Nothing has come for longer than a daemon waits before it tries again. */
async function untilQuiet(): Promise<void> {
  let [events, since] = [await taken(), performance.now()]
  await server.until('nothing comes any more', LONGEST, async () => {
    const now = await taken()
    if (now !== events) [events, since] = [now, performance.now()]
    return events > 0 && performance.now() - since > 8_000
  })
}

/** How many events the server has taken in since it was started. */
async function taken(): Promise<number> {
  return (await health())?.events ?? 0
}

async function health() {
  return (await server.get('/api/v1/health')) as { readonly status: string; readonly events: number } | undefined
}

function lines(log: string): string[] {
  const packed = readFileSync(`src/formats/audit-log/testdata/real-guest/${log}.audit.log.gz`)
  return gunzipSync(packed).toString('utf8').trimEnd().split('\n')
}

/** What a tail of these lines tells. */
function eventsOf(log: readonly string[]): readonly EcsEvent[] {
  const events = new Map<string, EcsEvent>()
  const reader = auditLog.decoder(
    {},
    {
      event: (event) => void events.set(`${event['@timestamp']} ${text(event, 'event.sequence')}`, event),
      reject() {},
    },
  )
  const bytes = Buffer.from(log.map((line) => `${line}\n`).join(''))
  reader.lines(bytes, 0, bytes.length, 0)
  reader.end()
  return [...events.values()]
}

function shown(event: EcsEvent): string {
  const fields = [
    'event.action',
    'process.name',
    'process.executable',
    'user.name',
    'destination.ip',
    'destination.port',
  ]
  const told = ['@timestamp', 'event.sequence', ...fields].map((field) => text(event, field) ?? '-')
  return `${told.join(' ')} ${JSON.stringify(event.process)}`
}

/** The newest version of each event, without the documents that brought its lines. */
async function storedEvents(): Promise<readonly EcsEvent[]> {
  const storage = await openEmbedded(state)
  const { items } = await storage.events.scan(ALL, { after: 0, limit: 1_000_000 })
  await storage.close()
  return items.map(({ doc }) => doc).filter((event) => text(event, 'message') === undefined)
}
