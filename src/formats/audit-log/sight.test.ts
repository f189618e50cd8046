import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { assertSameReadings, quickly } from '../contract.ts'
import { auditLog } from './index.ts'

const TESTDATA = new URL('testdata/', import.meta.url)

/** Every real log that we have as test data. */
const LOGS = readdirSync(TESTDATA, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.log') || file.endsWith('cases.ndjson'))
  .flatMap((file) => {
    const text = readFileSync(new URL(file, TESTDATA), 'utf8')
    return file.endsWith('.log')
      ? [text]
      : text
          .split('\n')
          .filter(Boolean)
          .map((line) => String(JSON.parse(line).raw))
  })
  .map((text) => Buffer.from(text))

const CONNECT = [
  'type=SYSCALL msg=audit(1773619259.732:63450): arch=c000003e syscall=42 success=yes exit=0 a0=21 a1=7ff3 a2=10 a3=0 items=0 ppid=1 pid=13453 auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=4294967295 comm="curl" exe="/usr/bin/curl" key="netconn"',
  'type=SOCKADDR msg=audit(1773619259.732:63450): saddr=020000350A1201050000000000000000',
  'type=PROCTITLE msg=audit(1773619259.732:63450): proctitle="curl"',
]

describe('the quick reading of an audit log', () => {
  test('is the reference reading of all real logs, however they are cut into chunks', () => {
    assert.ok(LOGS.length > 50)
    for (const log of LOGS) assertSameReadings(auditLog, log, [log.length, 997, 64])
  })

  test('is the reference reading of all real logs in one', () => {
    assertSameReadings(auditLog, Buffer.concat(LOGS.flatMap((log) => [log, Buffer.from('\n')])), [256 * 1024, 4096])
  })

  test('is the reference reading of damaged lines', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(fc.nat(LOGS.length - 1), damage, (log, changes) => {
        const bytes = Buffer.from(LOGS[log]!)
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte
        assertSameReadings(auditLog, bytes, [bytes.length, 333])
      }),
      { numRuns: 300 },
    )
  })

  test('is the reference reading of interleaved and shuffled lines', () => {
    const lines = LOGS.flatMap((log) => log.toString().split('\n')).filter(Boolean)
    fc.assert(
      fc.property(fc.shuffledSubarray(lines, { minLength: 2, maxLength: 12 }), (some) => {
        assertSameReadings(auditLog, Buffer.from(`${some.join('\n')}\n`), [10_000, 200])
      }),
      { numRuns: 200 },
    )
  })

  test('does not take a process id inside a quoted name for the process id', () => {
    const other = CONNECT.map((line) => line.replaceAll('63450', '63451'))
    const forged = [other[0]!.replace('comm="curl"', 'comm="x pid=7"'), ...other.slice(1)]
    const forgedAgain = forged.map((line) => line.replaceAll('63451', '63452').replace('pid=7', 'pid=8'))
    assertSameReadings(auditLog, Buffer.from(`${[...CONNECT, ...forged, ...forgedAgain].join('\n')}\n`))
  })

  test('tells apart what socketcall does by its first argument', () => {
    const calls = ['1', '2', '3', '5', 'b', '3'].map((a0, i) =>
      CONNECT.map((line) =>
        line
          .replaceAll('63450', String(63450 + i))
          .replace('arch=c000003e syscall=42', 'arch=40000003 syscall=102')
          .replace('a0=21', `a0=${a0}`),
      ),
    )
    const log = Buffer.from(`${calls.flat().join('\n')}\n`)
    assertSameReadings(auditLog, log)
    const { seen } = quickly(auditLog, log, log.length)
    assert.equal(new Set(seen.map(({ profile }) => profile)).size, 5)
  })

  test('asks for a profile once for events that differ only in arguments, process id and port', () => {
    const events = Array.from({ length: 50 }, (_, i) =>
      CONNECT.map((line) =>
        line
          .replaceAll('63450', String(63450 + i))
          .replace('pid=13453', `pid=${2000 + i}`)
          .replace('0200003', `020001${i % 10}`),
      ),
    )
    const { seen } = quickly(auditLog, Buffer.from(`${events.flat().join('\n')}\n`), 4096)
    assert.equal(seen.length, 50)
    assert.equal(new Set(seen.map(({ profile }) => profile)).size, 1)
  })
})
