import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import type { EcsEvent } from '../domain/event.ts'
import { text } from '../domain/field.ts'
import { REVISION } from '../domain/stamps.ts'
import { liveSourceContract } from './contract.ts'
import { syslog } from './syslog.ts'
import type { SyslogListener } from './syslog-listener.ts'
import { KeepingIntake, until } from './testing/keeping-intake.ts'

const stamp = (serial: number) => `msg=audit(1780000000.000:${serial}):`
const HEADER = '<13>Nov 24 16:00:00 web-1'

/** An event of two records, as `audisp-syslog` sends it. */
const record = (serial: number) =>
  [`type=SYSCALL ${stamp(serial)} arch=c000003e syscall=42 success=yes exit=0 pid=9`, `type=EOE ${stamp(serial)} `].map(
    (line) => `${HEADER} audisp-syslog: ${line}\n`,
  )

const document = (id: number) =>
  `${HEADER} app: @cee: ${JSON.stringify({ '@timestamp': '2026-11-24T16:00:00Z', event: { id } })}\n`

const seen = (events: readonly EcsEvent[]) =>
  events.map((event) => `${text(event, 'host.name')} ${text(event, 'auditd.sequence') ?? text(event, 'event.id')}`)

async function open(given: object): Promise<SyslogListener> {
  const [source] = await syslog.open(v.parse(syslog.options, { port: 0, ...given }))
  return source as SyslogListener
}

async function started(t: TestContext, given: object): Promise<{ source: SyslogListener; intake: KeepingIntake }> {
  const source = await open(given)
  const intake = new KeepingIntake()
  await source.start(intake)
  t.after(() => {
    intake.release()
    return source.stop()
  })
  return { source, intake }
}

async function connected(t: TestContext, source: SyslogListener): Promise<Socket> {
  const socket = connect(source.port, '127.0.0.1')
  socket.on('error', () => {})
  t.after(() => socket.destroy())
  await once(socket, 'connect')
  return socket
}

liveSourceContract('syslog over TCP', async (t) => {
  const source = await open({})
  let socket: Socket | undefined
  const send = async (lines: string) => {
    socket ??= await connected(t, source)
    socket.write(lines)
  }
  return { source, send }
})

liveSourceContract('syslog over UDP', async (t) => {
  const source = await open({ transport: 'udp' })
  const socket = createSocket('udp4')
  t.after(() => socket.close())
  const send = async (lines: string) => {
    for (const line of lines.trimEnd().split('\n')) socket.send(line, source.port, '127.0.0.1')
  }
  return { source, send }
})

test('records and documents come over TCP, in both framings by turns', async (t) => {
  const { source, intake } = await started(t, {})
  const socket = await connected(t, source)
  const counted = record(2).map((message) => `${message.length} ${message}`)
  socket.write([...record(1), ...counted, document(3)].join(''))
  await until('three events', () => intake.events.length === 3)
  assert.deepEqual(seen(intake.events), ['web-1 1', 'web-1 2', 'web-1 3'])
  assert.deepEqual(
    intake.events.map((event) => event[REVISION]),
    [2, 2, undefined],
  )
})

test('records of one event may come over two connections', async (t) => {
  const { source, intake } = await started(t, {})
  const [first, second] = record(1) as [string, string]
  ;(await connected(t, source)).end(first)
  await until('the first', () => source.health.bytesRead === first.length)
  ;(await connected(t, source)).end(second)
  await until('the event', () => intake.events.length === 1)
  assert.equal(intake.events[0]![REVISION], 2)
})

test('records and documents come over UDP; who names no host is called by its address', async (t) => {
  const { source, intake } = await started(t, { transport: 'udp' })
  const socket = createSocket('udp4')
  t.after(() => socket.close())
  for (const message of [...record(1), document(2), document(3).replace(HEADER, '<13>'), '<13>hello'])
    socket.send(message, source.port, '127.0.0.1')
  await until('three events and a reject', () => intake.events.length + intake.rejects.length === 4)
  assert.deepEqual(seen(intake.events).sort(), ['127.0.0.1 3', 'web-1 1', 'web-1 2'])
  assert.deepEqual(
    intake.rejects.map(({ reason, raw }) => [reason, raw]),
    [['syslog message without an audit record or JSON document', '<13>hello']],
  )
})

test('the host that a record or a document names itself counts more than that of the header', async (t) => {
  const { source, intake } = await started(t, {})
  const socket = await connected(t, source)
  socket.write(`${HEADER} audispd: node=db-1 type=USER_LOGIN ${stamp(1)} pid=1\n`)
  socket.write(`${HEADER} audispd: node=db-1 type=EOE ${stamp(1)} \n`)
  socket.write(`${HEADER} app: {"@timestamp":"2026-11-24T16:00:00Z","host":{"name":"db-2"},"event":{"id":"a"}}\n`)
  await until('two events', () => intake.events.length === 2)
  assert.deepEqual(seen(intake.events), ['db-1 1', 'db-2 a'])
})

test('an event without an end is complete after 2 s of silence of its host', async (t) => {
  const { source, intake } = await started(t, {})
  const socket = await connected(t, source)
  socket.write(record(1)[0]!)
  await setTimeout(1000)
  assert.equal(intake.events.length, 0)
  await until('the event', () => intake.events.length === 1)
})

test('what is no event is a reject, and half a message too', async (t) => {
  const { source, intake } = await started(t, {})
  const socket = await connected(t, source)
  socket.end(`${HEADER} app: hello\n${HEADER} app: {"a":1}\n${HEADER} app: {"a":\n500 ${HEADER} app: half`)
  await until('four rejects', () => intake.rejects.length === 4)
  assert.deepEqual(
    intake.rejects.map(({ reason }) => reason),
    [
      'syslog message without an audit record or JSON document',
      'no @timestamp',
      'line does not end in }',
      'syslog message cut off by the end of its connection',
    ],
  )
})

test('a message without end costs no memory, and is one reject', async (t) => {
  const { source, intake } = await started(t, {})
  const socket = await connected(t, source)
  const before = process.memoryUsage().rss
  const piece = Buffer.alloc(1024 * 1024, 'x')
  for (let i = 0; i < 200; i++) if (!socket.write(piece)) await once(socket, 'drain')
  socket.write(`\n${document(1)}`)
  await until('the document behind it', () => intake.events.length === 1)
  assert.deepEqual(
    intake.rejects.map(({ reason }) => reason),
    ['syslog message longer than 1024 KiB'],
  )
  assert.ok(process.memoryUsage().rss - before < 100 * 1024 * 1024)
})

test('senders over TCP wait while the engine is behind, and nothing is lost', async (t) => {
  const { source, intake } = await started(t, {})
  intake.hold()
  const sockets = await Promise.all([1, 2, 3].map(() => connected(t, source)))
  const filler = 'x'.repeat(1000)
  const messages = Array.from({ length: 30_000 }, (_, i) =>
    document(i).replace('"event"', `"message":"${filler}","event"`),
  )
  const sent = sockets.map((socket, s) => socket.end(messages.filter((_, i) => i % 3 === s).join('')))
  await setTimeout(500)
  assert.ok(source.health.bytesRead < 2 * 1024 * 1024)
  assert.ok(intake.mostWaiting === 1)
  intake.release()
  await until('all', () => intake.events.length === messages.length, 30)
  assert.equal(new Set(seen(intake.events)).size, messages.length)
  assert.ok(sent.length === 3)
})

test('datagrams that come while the engine is behind are kept up to a limit, and then counted as rejects', async (t) => {
  const { source, intake } = await started(t, { transport: 'udp' })
  intake.hold()
  const socket = createSocket('udp4')
  t.after(() => socket.close())
  const big = document(1).replace('"event"', `"message":"${'x'.repeat(60_000)}","event"`)
  // The kernel drops some of its own accord, which nobody can count.
  for (let i = 0; i < 5000 && intake.rejects.length === 0; i++) {
    await new Promise((resolve) => socket.send(big, source.port, '127.0.0.1', resolve))
    await setTimeout(1)
  }
  assert.ok(intake.rejects.length > 0)
  intake.release()
  await until('the rest', () => intake.events.length > 200)
  assert.ok(intake.rejects.every(({ reason }) => reason === 'datagram dropped: the engine is behind'))
  assert.ok(intake.events.length * big.length <= 16 * 1024 * 1024)
})

test('many connections with half a message each are all heard in the end', async (t) => {
  const { source, intake } = await started(t, {})
  const sockets = await Promise.all(Array.from({ length: 300 }, () => connected(t, source)))
  for (const [i, socket] of sockets.entries()) socket.write(document(i).slice(0, 50))
  await setTimeout(200)
  assert.equal(intake.events.length, 0)
  for (const [i, socket] of sockets.entries()) socket.end(document(i).slice(50))
  await until('all', () => intake.events.length === 300)
})

test('only the networks that are listed may send', async (t) => {
  const { source, intake } = await started(t, { networks: ['10.0.0.0/8'] })
  const socket = connect(source.port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(document(1))
  await once(socket, 'close')
  assert.equal(source.health.problem, 'Syslog from 127.0.0.1 was refused: it is in none of the networks; 1 so far')
  assert.deepEqual(intake.events, [])
  const open = await started(t, { networks: ['127.0.0.1'] })
  ;(await connected(t, open.source)).write(document(1))
  await until('the event', () => open.intake.events.length === 1)
})

for (const given of [
  { address: '0.0.0.0' },
  { address: '192.168.0.1', transport: 'udp' },
  { address: '::', networks: [] },
])
  test(`${JSON.stringify(given)} would be open to all, and is refused`, async () => {
    await assert.rejects(open(given), { code: 'SOURCE_OPEN_TO_ALL' })
  })

test('TLS takes a certificate and its key, and nothing in the clear', async (t) => {
  const [cert_file, key_file] = ['localhost.pem', 'localhost.key'].map((name) =>
    fileURLToPath(new URL(`testdata/${name}`, import.meta.url)),
  ) as [string, string]
  const { source, intake } = await started(t, { transport: 'tls', address: '0.0.0.0', cert_file, key_file })
  const socket = connectTls({ port: source.port, host: 'localhost', ca: readFileSync(cert_file) })
  t.after(() => socket.destroy())
  socket.write([...record(1), document(2)].join(''))
  await until('two events', () => intake.events.length === 2)
  const plain = await connected(t, source)
  plain.write(document(3))
  await once(plain, 'close')
  assert.deepEqual(seen(intake.events), ['web-1 1', 'web-1 2'])
})

test('files of TLS that are missing are told', async () => {
  await assert.rejects(open({ transport: 'tls' }), { code: 'SOURCE_TLS_INCOMPLETE' })
  await assert.rejects(open({ transport: 'tls', cert_file: '/nowhere', key_file: '/nowhere' }), {
    code: 'SOURCE_TLS_UNREADABLE',
    message: 'Cannot read "/nowhere": there is no such file or folder',
  })
})

test('a port that is taken is told', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  await assert.rejects((await open({ port })).start(new KeepingIntake()), {
    code: 'SOURCE_LISTEN_FAILED',
    message: `Cannot listen for syslog on 127.0.0.1 port ${port}: another program listens there`,
  })
})

test('a listener whose port was taken opens when it is free, over TCP and over UDP', async () => {
  for (const transport of ['tcp', 'udp'] as const) {
    const [first, intake] = [await open({ transport }), new KeepingIntake()]
    await first.start(intake)
    const second = await open({ transport, port: first.port })
    await assert.rejects(second.start(intake), { code: 'SOURCE_LISTEN_FAILED' })
    const { port } = first
    await first.stop()
    await second.start(intake)
    assert.equal(second.port, port)
    assert.deepEqual(second.health, { bytesRead: 0 })
    await second.stop()
  }
})

test('stopping closes connections, hands in what was read, and frees the port', async (t) => {
  const source = await open({})
  const intake = new KeepingIntake()
  await source.start(intake)
  const { port } = source
  const socket = await connected(t, source)
  socket.write(record(1)[0]!)
  await until('the record', () => source.health.bytesRead > 0)
  await source.stop()
  assert.deepEqual(seen(intake.events), ['web-1 1'])
  await once(createServer().listen(port, '127.0.0.1').unref(), 'listening')
})
