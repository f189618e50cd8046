import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { assertSameReadings, inFull, quickly } from '../contract.ts'
import { ecsJson } from './index.ts'

const TESTDATA = new URL('testdata/', import.meta.url)

/** Documents of Auditbeat, Auditd Manager, Elastic Defend (simulated fleets) and Packetbeat (after its field reference). */
const LINES = readdirSync(TESTDATA)
  .sort()
  .flatMap((file) => readFileSync(new URL(file, TESTDATA), 'utf8').split('\n'))
  .filter(Boolean)

const TIME = '"@timestamp":"2026-03-01T12:00:00.123Z"'
/** Without it nobody asks for more of an event than its host. */
const NETWORK = '"event.category":"network"'

describe('the quick reading of NDJSON', () => {
  test('is the reference reading of real documents, however they are cut into chunks', () => {
    assert.ok(LINES.length > 30)
    assertSameReadings(ecsJson, Buffer.from(LINES.join('\n')), [1e6, 997, 64])
    assertSameReadings(ecsJson, Buffer.from(`${LINES.join('\r\n')}\r\n`), [1e6, 997])
  })

  test('is the reference reading of any mix of nested, dotted, repeated and escaped keys', () => {
    fc.assert(
      fc.property(fc.array(documentText(), { minLength: 1, maxLength: 5 }), (lines) => {
        assertSameReadings(ecsJson, Buffer.from(lines.join('\n')), [1e6, 50])
      }),
      { numRuns: 3000 },
    )
  })

  test('is the reference reading of any document that is JSON', () => {
    fc.assert(
      fc.property(fc.array(fc.json()), (documents) => {
        const lines = documents.map((text, i) => (text.endsWith('}') && i % 2 ? `{${TIME},"host":${text}}` : text))
        assertSameReadings(ecsJson, Buffer.from(lines.join('\n')))
      }),
    )
  })

  test('is the reference reading, or passes over damage outside its fields, for one wrong byte', () => {
    const byte = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(...Buffer.from('"\\{}[],:0 \t\r')))
    fc.assert(
      fc.property(fc.constantFrom(...LINES), fc.nat(), byte, (line, at, wrong) => {
        fc.pre(wrong !== 10)
        const damaged = Buffer.from(line)
        damaged[at % damaged.length] = wrong
        assertSameOrHarmless(Buffer.from(line), damaged)
      }),
      { numRuns: 5000 },
    )
  })

  test('throws at no damage, and reads what is no damage as the reference does', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 2, maxLength: 30 })
    fc.assert(
      fc.property(fc.constantFrom(...LINES), damage, (line, changes) => {
        const bytes = Buffer.from(line)
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte
        const quick = quickly(ecsJson, bytes, 200)
        const places = new Set(quick.seen.map(({ from }) => from))
        for (const { from } of inFull(ecsJson, bytes).seen) assert.ok(places.has(from))
      }),
      { numRuns: 1000 },
    )
  })

  test('rejects a line that was cut off anywhere', () => {
    for (const line of LINES.filter((_, i) => i % 8 === 0)) {
      const bytes = Buffer.from(line)
      for (let length = 1; length < bytes.length; length++)
        assert.deepEqual(quickly(ecsJson, bytes.subarray(0, length), 1e6), { seen: [], rejects: [0] })
    }
  })

  test('with strict, rejects all that the reference rejects', () => {
    fc.assert(
      fc.property(fc.constantFrom(...LINES), fc.nat(), fc.integer({ min: 0, max: 255 }), (line, at, byte) => {
        const bytes = Buffer.from(line)
        bytes[at % bytes.length] = byte
        assert.deepEqual(quickly(ecsJson, bytes, 1e6, true), inFull(ecsJson, bytes))
      }),
      { numRuns: 1000 },
    )
  })

  for (const { why, line } of [
    { why: 'a value takes the place of the object', line: `{${TIME},"event":{"category":["network"]},"event":"x"}` },
    { why: 'an object takes the place of the value', line: `{${TIME},"event":"x","event":{"category":["network"]}}` },
    {
      why: 'only null serials',
      line: `{${TIME},${NETWORK},"event.id":"a","event.sequence":7,"auditd":{"sequence":null}}`,
    },
    { why: 'an audit event by its serial', line: `{${TIME},${NETWORK},"auditd.sequence":7,"process":{"name":"C3A9"}}` },
    {
      why: 'our own fields from outside',
      line: `{${TIME},${NETWORK},"oddsock.program":"x","oddsock":{"program":"y"}}`,
    },
    { why: 'an array of objects', line: `{${TIME},"process":[{"name":"a"},{"name":"b"}],"event.category":"network"}` },
    { why: 'an escaped key', line: `{${TIME},"\\u0065vent.category":"network"}` },
    { why: 'an escaped value', line: `{${TIME},"event.category":"\\u006eetwork"}` },
    {
      why: '__proto__',
      line: `{${TIME},"__proto__":{"event":{"category":"network"}},"host":{"__proto__":{"name":"h"}}}`,
    },
    { why: 'text after the end', line: `{${TIME}} }` },
    { why: 'a tab in a time', line: '{"@timestamp":"2026-03-01T12:00:00.123\tZ"}' },
    { why: 'a zero before a serial', line: `{${TIME},"event":{"module":"auditd","sequence":012}}` },
    { why: 'a control character in an id', line: `{${TIME},"event":{"id":"a\u0001"}}` },
    { why: 'a control character in a key', line: `{${TIME},"event":{"cat\u0001egory":"network"}}` },
  ])
    test(`is the reference reading of ${why}`, () => {
      assertSameReadings(ecsJson, Buffer.from(`${line}\n${line}\n`))
    })

  test('asks for a profile once for documents that differ in time, serial and process id only', () => {
    const line = (i: number) =>
      `{${TIME},"event":{"module":"auditd","sequence":${i},"category":["network"]},"process":{"pid":${i},"name":"curl"}}`
    let asked = 0
    const reader = ecsJson.sighter(
      { fields: ['process.name'], decisive: [], fingerprint: 'f', isIdle: () => false, profile: () => ++asked },
      { sight() {}, reject: ({ reason }) => assert.fail(reason) },
    )
    const block = Buffer.from(Array.from({ length: 50 }, (_, i) => `${line(i)}\n`).join(''))
    reader.lines(block, 0, block.length, 0)
    assert.equal(asked, 1)
  })
})

/** `line` comes first, so that the reader knows its fields when it meets them again. */
function assertSameOrHarmless(line: Buffer, damaged: Buffer): void {
  const bytes = Buffer.concat([line, Buffer.from('\n'), damaged])
  const expected = inFull(ecsJson, bytes)
  const found = quickly(ecsJson, bytes, bytes.length)
  if (expected.rejects.length === 0 || found.rejects.length > 0) return assert.deepEqual(found, expected)
  const [before, after] = found.seen.map(({ profile, time, ingested }) => ({ profile, time, ingested }))
  assert.deepEqual(after, before)
}

/** The text of a document, with much of what JSON allows and no sender should write. */
function documentText(): fc.Arbitrary<string> {
  const space = fc.constantFrom('', '', '', ' ', '\t ')
  const plainKey = fc.oneof(fc.constantFrom(...KEYS), fc.constantFrom(...USUAL_KEYS))
  const key = fc
    .tuple(plainKey, fc.nat(12))
    .map(([name, at]) => (at < name.length ? `${name.slice(0, at)}${escaped(name[at]!)}${name.slice(at + 1)}` : name))
  const leaf = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...LEAVES) },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify(text)) },
    {
      weight: 1,
      arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => JSON.stringify(number)),
    },
  )
  const { object } = fc.letrec<{ value: string; object: string }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      { weight: 4, arbitrary: leaf },
      { weight: 3, arbitrary: tie('object') },
      { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`) },
    ),
    object: fc
      .array(
        fc.tuple(fc.oneof({ weight: 9, arbitrary: plainKey }, { weight: 1, arbitrary: key }), space, tie('value')),
        {
          maxLength: 6,
        },
      )
      .map(
        (entries) => `{${entries.map(([name, gap, value]) => `${gap}"${name}"${gap}:${gap}${value}${gap}`).join(',')}}`,
      ),
  }))
  return fc.tuple(object, fc.constantFrom(...HEADS), fc.boolean(), space).map(([text, time, first, gap]) => {
    if (text === '{}') return `{${time}}${gap}`
    return first ? `{${time},${text.slice(1)}${gap}` : `${text.slice(0, -1)},${time}}${gap}`
  })
}

const HEADS = [
  ...[TIME, `${TIME},${NETWORK}`, `${NETWORK},${TIME}`, `${TIME},"event":{"category":["network"]}`],
  ...['"@timestamp":1772366400000', '"x":1'],
]

/** Few, so that they meet: in one object, and as another key's end. */
const USUAL_KEYS = ['event', 'category', 'event.sequence', 'sequence', 'auditd', 'process', 'name', 'host', 'event.id']

const KEYS = [
  ...['@timestamp', 'event', 'event.category', 'category', 'event.ingested', 'ingested', 'type', 'event.type', 'id'],
  ...['event.id', 'event.module', 'module', 'dataset', 'sequence', 'event.sequence', 'auditd', 'auditd.sequence'],
  ...[
    'message_type',
    'auditd.message_type',
    'host',
    'host.name',
    'host.id',
    'name',
    'os',
    'os.type',
    'host.os',
    'node',
  ],
  ...[
    'process',
    'process.name',
    'executable',
    'process.executable',
    'args',
    'title',
    'command_line',
    'user',
    'user.name',
  ],
  ...['destination', 'ip', 'destination.ip', '_source', '_id', '_index', 'oddsock', 'oddsock.program', 'program'],
  ...['__proto__', 'constructor', 'x', '', 'event.', '.', 'eventx', 'even'],
]

const LEAVES = [
  ...['"network"', '"auditd"', '"auditd_manager.auditd"', '"2026-03-01T12:00:01Z"', '"2026-03-01 12:00:01.5+01:00"'],
  ...[
    '"nginx"',
    '"C3A92F"',
    '"4142"',
    '"/usr/bin/python3"',
    '"start"',
    '"linux"',
    '"__proto__"',
    '""',
    '"7"',
    '"10.0.0.1"',
  ],
  ...['7', '12', '1e3', '-1', '9007199254740993', '0', 'true', 'false', 'null', '"\\u006eetwork"', '"é🧦"', '"a\\"b"'],
]

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
