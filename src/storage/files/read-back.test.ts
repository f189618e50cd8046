import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { EcsEvent, Place } from '../../domain/event.ts'
import { text, values } from '../../domain/field.ts'
import { Input } from '../../engine/input.ts'
import { recognise } from '../../formats/index.ts'
import { ALL, equals } from '../../query/ast.ts'
import { findFiles } from '../../sources/find-files.ts'
import { EventFiles } from './read-back.ts'

const TIME = Date.UTC(2026, 0, 6) / 1000

/** The audit lines of a `connect` by a program of this name; the serial tells the events apart. */
function connect(serial: number, name: string): [string, string, string] {
  const head = (type: string) => `type=${type} msg=audit(${TIME}.${String(serial).padStart(3, '0')}:${serial}):`
  return [
    `${head('SYSCALL')} arch=c000003e syscall=42 success=yes exit=0 a0=3 a1=7ffd a2=10 a3=0 items=0 ppid=1 pid=${serial} auid=0 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=1 comm="${name}" exe="/usr/bin/${name}" key=(null)\n`,
    // AF_INET, port 443, 93.184.216.34
    `${head('SOCKADDR')} saddr=020001BB5DB8D8220000000000000000\n`,
    `${head('PROCTITLE')} proctitle="${name}"\n`,
  ]
}

/** Opens files as a scan does and reads them to the end; `places` are those of the events, in the order of the sequence. */
async function withFiles(
  files: Record<string, string | Buffer>,
  look: (opened: { files: EventFiles; places: Place[]; problems: readonly string[] }) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'oddsock-back-'))
  try {
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
    const { sources } = await findFiles([folder])
    const places: Place[] = []
    const inputs = sources.map(
      (source, index) =>
        new Input(index, source, {
          recognise,
          fields: ['process.name'],
          profile: () => ({ host: 0 }),
          decisive: [],
          isIdle: () => false,
          onReject: () => {},
        }),
    )
    for (const input of inputs)
      while (await input.fill())
        for (const { queue } = input; queue.head < queue.ready; queue.head++)
          places.push({ input: input.index, from: queue.froms[queue.head]!, to: queue.tos[queue.head]! })
    await look({ files: new EventFiles(inputs), places, problems: sources.flatMap((source) => source.problems) })
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** What tells that an event was read whole: its serial, its program, and an address that stands in its second line. */
const told = (event: EcsEvent | undefined) =>
  event && [
    text(event, 'event.sequence') ?? text(event, 'auditd.sequence'),
    text(event, 'process.name'),
    values(event, 'destination.ip')[0],
  ]
const whole = (serial: number, name: string) => [String(serial), name, '93.184.216.34']

test('audit events whose lines stand between each other are each read whole', () => {
  const [a, b] = [connect(1, 'curl'), connect(2, 'wget')]
  return withFiles({ 'audit.log': [a[0], b[0], a[1], b[1], b[2], a[2]].join('') }, async ({ files, places }) => {
    assert.equal(places.length, 2)
    const events = await files.read([...places].sort((a, b) => a.from - b.from))
    assert.deepEqual(events.map(told), [whole(1, 'curl'), whole(2, 'wget')])
  })
})

for (const [kind, pack] of [
  ['plain', (text: string) => text],
  ['packed', (text: string) => gzipSync(text)],
] as const)
  test(`of a ${kind} log of many chunks every event is read whole, also where ranges overlap`, () => {
    // Two by two interleaved, with a long event around a thousand short ones: its range spans chunks.
    const long = connect(999, 'long')
    const lines: string[] = [long[0]]
    for (let serial = 0; serial < 900; serial += 2) {
      const [a, b] = [connect(serial, `p${serial}`), connect(serial + 1, `p${serial + 1}`)]
      lines.push(a[0], b[0], b[1], a[1], a[2], b[2])
    }
    lines.push(long[1], long[2])
    return withFiles(
      { [`audit.log${kind === 'packed' ? '.1.gz' : ''}`]: pack(lines.join('')) },
      async ({ files, places }) => {
        const events = await files.read(places)
        const answers = new Map(events.map((event) => [told(event)![0], told(event)]))
        assert.equal(answers.size, 901)
        assert.deepEqual(answers.get('999'), whole(999, 'long'))
        for (let serial = 0; serial < 900; serial++)
          assert.deepEqual(answers.get(`${serial}`), whole(serial, `p${serial}`))
      },
    )
  })

for (const [kind, older] of [
  ['plain', 'audit.log.1'],
  ['packed', 'audit.log.1.gz'],
] as const)
  test(`an event that rotation has torn apart is read from both files, the older one ${kind}`, () => {
    const [a, b, c] = [connect(1, 'curl'), connect(2, 'wget'), connect(3, 'nc')]
    const first = [...a, b[0]].join('')
    return withFiles(
      { [older]: kind === 'packed' ? gzipSync(first) : first, 'audit.log': [b[1], b[2], ...c].join('') },
      async ({ files, places }) => {
        const events = await files.read(places)
        assert.deepEqual(events.map(told), [whole(1, 'curl'), whole(2, 'wget'), whole(3, 'nc')])
      },
    )
  })

test('a rotated file whose last line was cut off does not run into the next one', () => {
  const [a, b] = [connect(1, 'curl'), connect(2, 'wget')]
  return withFiles({ 'audit.log.1': a.join('').trimEnd(), 'audit.log': b.join('') }, async ({ files, places }) => {
    assert.deepEqual((await files.read(places)).map(told), [whole(1, 'curl'), whole(2, 'wget')])
  })
})

test('what is left of a cut archive is read, and the cut is said', () => {
  const packed = gzipSync([...connect(1, 'curl'), ...connect(2, 'wget')].join(''))
  return withFiles(
    { 'audit.log.1.gz': packed.subarray(0, packed.length - 12) },
    async ({ files, places, problems }) => {
      assert.match(problems.join(), /ends early/)
      assert.deepEqual(told((await files.read(places))[0]), whole(1, 'curl'))
    },
  )
})

test('a place that is no beginning of an event, or beyond the end, gives no event', () =>
  withFiles({ 'audit.log': connect(1, 'curl').join('') }, async ({ files }) => {
    const nowhere = [
      { input: 0, from: 7, to: 60 },
      { input: 0, from: 100_000, to: 100_100 },
      { input: 3, from: 0, to: 10 },
    ]
    assert.deepEqual(await files.read(nowhere), [undefined, undefined, undefined])
  }))

test('a page that fills up at the very end of an input is followed by the rest', () => {
  const event = (id: string) =>
    JSON.stringify({ '@timestamp': '2026-01-06T00:00:00Z', host: { name: 'a' }, event: { id } })
  // Without a newline at its end, the last event of a file comes out when the file has ended.
  const files = { 'a.ndjson': [event('1'), event('2')].join('\n'), 'b.ndjson': [event('2'), event('3')].join('\n') }
  return withFiles(files, async ({ files }) => {
    const ids = async (after: number, limit: number, query = ALL) => {
      const { items, next } = await files.scan(query, { after, limit })
      return [items.map(({ doc }) => text(doc, 'event.id')), next]
    }
    assert.deepEqual(await ids(0, 1), [['1'], 1])
    assert.deepEqual(await ids(1, 1), [['2'], 2])
    assert.deepEqual(await ids(2, 1), [['3'], 3], 'the copy is left out')
    assert.deepEqual(await ids(3, 1), [[], 3])
    assert.deepEqual(await ids(0, 9, equals('event.id', '3')), [['3'], 3])
  })
})
