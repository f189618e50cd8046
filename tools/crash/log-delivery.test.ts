import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ownKeyOf } from '../../src/domain/identity.ts'
import { REVISION } from '../../src/domain/stamps.ts'
import { compareLogs, eventsOfLog } from './log-delivery.ts'

const LINES = [
  'type=SYSCALL msg=audit(1794355218.397:7): arch=c000003e syscall=42 success=yes exit=0 a0=3 pid=9 uid=0 comm="curl" exe="/usr/bin/curl"',
  'type=PROCTITLE msg=audit(1794355218.397:7): proctitle="curl"',
  'type=SYSCALL msg=audit(1794355219.100:8): arch=c000003e syscall=42 success=yes exit=0 a0=3 pid=9 uid=0 comm="curl" exe="/usr/bin/curl"',
]
const stored = (serial: number, time: string, records: number) => ({
  '@timestamp': time,
  event: { sequence: serial, module: 'auditd' },
  host: { name: 'quay' },
  [REVISION]: records,
})
const FIRST = '2026-11-11T00:00:18.397Z'
const SECOND = '2026-11-11T00:00:19.100Z'

test('an event of a log is there once, with all of its lines, however often it was told before', () => {
  const written = eventsOfLog('quay', LINES)
  assert.deepEqual(
    [...written],
    [
      [ownKeyOf(stored(7, FIRST, 2)), 2],
      [ownKeyOf(stored(8, SECOND, 1)), 1],
    ],
  )
  const none = { lost: [], doubled: [], foreign: [], incomplete: [] }
  const name = `quay ${FIRST} 7`
  const cases = [
    { events: [stored(7, FIRST, 2), stored(8, SECOND, 1)], expect: none },
    { events: [stored(7, FIRST, 1), stored(8, SECOND, 1), stored(7, FIRST, 2)], expect: none },
    {
      events: [stored(7, FIRST, 2), stored(8, SECOND, 1), stored(7, FIRST, 2)],
      expect: { ...none, doubled: [name] },
    },
    {
      events: [stored(7, FIRST, 1), stored(8, SECOND, 1)],
      expect: { ...none, incomplete: [`${name}: 1 of 2`] },
    },
    {
      events: [stored(7, FIRST, 2)],
      expect: { ...none, lost: [`key ${ownKeyOf(stored(8, SECOND, 1))}`] },
    },
    {
      events: [stored(7, FIRST, 2), stored(8, SECOND, 1), stored(9, SECOND, 1)],
      expect: { ...none, foreign: [`quay ${SECOND} 9`] },
    },
  ]
  for (const { events, expect } of cases) assert.deepEqual(compareLogs(events, written), expect)
})
