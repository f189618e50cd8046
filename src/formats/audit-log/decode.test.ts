import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import type { EcsEvent } from '../../domain/event.ts'
import { text, values } from '../../domain/field.ts'
import { golden } from '../golden.ts'
import { auditLog } from './index.ts'

const GOLDENS = new URL('testdata/golden/', import.meta.url)

for (const file of readdirSync(GOLDENS).filter((name) => name.endsWith('.log')))
  test(`${file} is told as its golden file says`, () => {
    const told = golden(auditLog, readFileSync(new URL(file, GOLDENS)))
    assert.equal(told, readFileSync(new URL(`${file}.golden`, GOLDENS), 'utf8'))
  })

interface Told {
  readonly event: EcsEvent
  readonly from: number
  readonly to: number
}

/** Decodes bytes in blocks of whole lines; the newest telling of each event. */
function decode(bytes: Buffer, blockLines = Number.POSITIVE_INFINITY) {
  const events = new Map<string, Told>()
  const rejects: { reason: string; from: number; raw: string }[] = []
  const reader = auditLog.decoder(
    { host: 'here' },
    {
      event: (event, from, to) =>
        void events.set(`${text(event, 'host.name')} ${event['@timestamp']} ${text(event, 'event.sequence')}`, {
          event,
          from,
          to,
        }),
      reject: (reject) => void rejects.push(reject),
    },
  )
  for (let from = 0; from < bytes.length; ) {
    let to = from
    for (let n = 0; n < blockLines && to < bytes.length; n++) {
      const newline = bytes.indexOf(10, to)
      to = newline < 0 ? bytes.length : newline + 1
    }
    const block = Buffer.concat([Buffer.from('before'), bytes.subarray(from, to)])
    reader.lines(block, 6, block.length, from)
    block.fill(0)
    from = to
  }
  reader.end()
  return { events, rejects }
}

test('no bytes make the decoder throw', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => void decode(Buffer.from(bytes))))
})

const SAMPLE =
  readFileSync(new URL('sockets.log', GOLDENS), 'latin1') + readFileSync(new URL('records.log', GOLDENS), 'latin1')

test('no damage makes the decoder throw, and every line is accounted for once', () => {
  const damage = fc.array(
    fc.record({ at: fc.nat(SAMPLE.length - 1), drop: fc.nat(40), put: fc.string({ maxLength: 6, unit: 'binary' }) }),
    { maxLength: 12 },
  )
  fc.assert(
    fc.property(damage, (wounds) => {
      let log = SAMPLE
      for (const { at, drop, put } of wounds) log = log.slice(0, at) + put + log.slice(at + drop)
      const bytes = Buffer.from(log, 'latin1')
      const { events, rejects } = decode(bytes)
      let from = 0
      for (const line of bytes.toString('latin1').split('\n')) {
        const rejected = rejects.filter((reject) => reject.from === from).length
        const within = [...events.values()].some((told) => told.from <= from && from < told.to)
        if (line.trim() !== '') assert.ok(rejected === 1 || within, `line at ${from} is lost: ${line}`)
        from += line.length + 1
      }
    }),
  )
})

test('the order of the lines of an event does not matter', () => {
  const lines = readFileSync(new URL('programs.log', GOLDENS), 'utf8').trimEnd().split('\n')
  const whole = decode(Buffer.from(`${lines.join('\n')}\n`)).events
  fc.assert(
    fc.property(fc.shuffledSubarray(lines, { minLength: lines.length }), (shuffled) => {
      const { events } = decode(Buffer.from(`${shuffled.join('\n')}\n`))
      for (const [key, { event }] of whole) assert.deepEqual(events.get(key)?.event, event)
      assert.equal(events.size, whole.size)
    }),
  )
})

test('how the stream is cut into blocks does not matter', () => {
  const bytes = Buffer.from(SAMPLE, 'latin1')
  assert.deepEqual(decode(bytes, 1), decode(bytes))
})

test('the place of an event holds all its lines, so that it can be read again from there', () => {
  const bytes = Buffer.from(SAMPLE, 'latin1')
  for (const [key, { event, from, to }] of decode(bytes).events)
    assert.deepEqual(decode(bytes.subarray(from, to)).events.get(key)?.event, event)
})

test('events that name no node are those of the given host', () => {
  const { events } = decode(
    Buffer.from('type=CWD msg=audit(1.000:1): cwd="/"\nnode=n type=CWD msg=audit(1.000:2): cwd="/"\n'),
  )
  assert.deepEqual(
    [...events.values()].map(({ event }) => text(event, 'host.name')),
    ['here', 'n'],
  )
})

test('a field called __proto__ is kept, and changes no object', () => {
  const { events } = decode(
    Buffer.from('type=SYSCALL msg=audit(1.000:1): __proto__=polluted arch=c000003e syscall=42\n'),
  )
  const [told] = events.values()
  assert.deepEqual(values(told!.event, 'auditd.data.__proto__'), ['polluted'])
  assert.equal(({} as Record<string, unknown>).polluted, undefined)
})

test('bytes that are no UTF-8 cost the character, not the line', () => {
  const { events, rejects } = decode(Buffer.from('type=CWD msg=audit(1.000:1): cwd="/\xff\xfe"\n', 'latin1'))
  assert.equal(rejects.length, 0)
  assert.equal(text([...events.values()][0]!.event, 'process.working_directory'), '/\ufffd\ufffd')
})

/** Long runs on which a careless pattern looks at every rest of the line again. */
for (const { what, line } of [
  { what: 'spaces before the header', line: `${' '.repeat(1e6)}x` },
  { what: 'spaces inside of the header', line: `type=CWD${' '.repeat(1e6)}x` },
  { what: 'an SELinux decision without end', line: `type=AVC msg=audit(1.000:1): avc:  denied  {${' '.repeat(1e6)}` },
  { what: 'zero bytes', line: `type=PROCTITLE msg=audit(1.000:1): proctitle=${'00'.repeat(5e5)}41` },
  { what: 'an abstract name of zero bytes', line: `type=SOCKADDR msg=audit(1.000:1): saddr=0100${'00'.repeat(5e5)}41` },
  {
    what: 'an enriched address without fields',
    line: `type=SOCKADDR msg=audit(1.000:1): x=1\x1dSADDR={${'a'.repeat(1e6)}`,
  },
  { what: 'words without end', line: `type=USER_ACCT msg=audit(1.000:1): op=x${' y'.repeat(5e5)}` },
  { what: 'a value of key names', line: `type=CWD msg=audit(1.000:1): x=${'AUID'.repeat(2e5)}=` },
  { what: 'fields', line: `type=CWD msg=audit(1.000:1):${' a=1'.repeat(2e5)}` },
])
  test(`a line of a megabyte is read in one go: ${what}`, () => {
    const { events, rejects } = decode(Buffer.from(`${line}\n`))
    assert.equal(events.size + rejects.length, 1)
  })

test('the raw piece of a reject is bounded', () => {
  const { rejects } = decode(Buffer.from(`${'x'.repeat(100_000)}\n`))
  assert.equal(rejects[0]?.raw.length, 4096)
})

test('an audit log is recognised by its lines, also when its head ends inside of one', () => {
  const head = Buffer.from(SAMPLE, 'latin1').subarray(0, 900)
  assert.equal(auditLog.recognise(head), 1)
  assert.equal(auditLog.recognise(Buffer.from('{"@timestamp":"2026-01-01T00:00:00Z"}\n')), 0)
  assert.equal(auditLog.recognise(Buffer.alloc(0)), 0)
  assert.equal(auditLog.recognise(Buffer.from('type=CWD msg=audit(1.000:1): cwd="/"\nhello\n')), 0.5)
})
