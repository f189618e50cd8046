import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import ipaddr from 'ipaddr.js'
import type { EcsEvent } from '../../domain/event.ts'
import { values } from '../../domain/field.ts'
import { auditLog } from './index.ts'

/**
 * Other people's readings of real audit logs (see NOTICE.md in each folder of testdata). The rules of comparison: numbers equal
 * their strings; a list must contain the expected values; `a|b` means that one of the two fields holds the value; ids that are
 * unset may be left out; addresses are compared as addresses.
 */
interface Case {
  readonly id: string
  readonly raw: string
  readonly expected: readonly { '@timestamp': string; sequence: number; fields: Readonly<Record<string, unknown>> }[]
}

/** Where we differ on purpose; `docs/reference/audit-log.md` gives the reasons. */
const DELIBERATE: readonly { readonly ids: RegExp; readonly field: string; readonly why: string }[] = [
  { ids: /AUDIT_TIME_ADJNTPVAL/, field: 'tags', why: 'not a key of a rule: "(null)ARCH=x86_64" without its separator' },
  {
    ids: /^syscall_capabilities_modify\/5$/,
    field: 'user.name|user.audit.name|user.effective.name',
    why: 'auditd wrote "unknown(10000)" since it knew no name',
  },
]

for (const { corpus, cases, rejected } of [
  { corpus: 'aucoalesce', cases: 25, rejected: [] },
  { corpus: 'auparse', cases: 3, rejected: ['type=UNKNOWN[1329] msg=?\n'] },
  { corpus: 'open-xp', cases: 170, rejected: [] },
])
  test(`every case of ${corpus} is read as its authors read it`, () => {
    const all = readCases(corpus)
    assert.equal(all.length, cases)
    const rejects: string[] = []
    assert.deepEqual(
      all.flatMap((one) => differences(one, rejects)),
      [],
    )
    assert.deepEqual(rejects, rejected)
  })

function readCases(corpus: string): Case[] {
  const file = new URL(`testdata/${corpus}/cases.ndjson`, import.meta.url)
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

function differences({ id, raw, expected }: Case, rejects: string[]): string[] {
  const events = decode(raw, rejects)
  return expected.flatMap((want) => {
    const event = events.get(`${Date.parse(want['@timestamp'])} ${want.sequence}`)
    if (!event) return [`${id} #${want.sequence}: no event`]
    return Object.entries(want.fields)
      .filter(([field, value]) => !holds(event, field, value) && !isDeliberate(id, field))
      .map(([field, value]) => `${id} #${want.sequence} ${field}: wanted ${JSON.stringify(value)}`)
  })
}

/** The newest reading of each event, by time and serial. */
function decode(raw: string, rejects: string[]): Map<string, EcsEvent> {
  const events = new Map<string, EcsEvent>()
  const reader = auditLog.decoder(
    {},
    {
      event: (event) =>
        events.set(`${Date.parse(String(event['@timestamp']))} ${values(event, 'event.sequence')[0]}`, event),
      reject: ({ raw }) => void rejects.push(raw),
    },
  )
  const bytes = Buffer.from(raw.endsWith('\n') ? raw : `${raw}\n`)
  reader.lines(bytes, 0, bytes.length, 0)
  reader.end()
  return events
}

const UNSET = ['unset', '-1', '4294967295']
const ORDERED = ['process.args', 'process.title']

function holds(event: EcsEvent, field: string, want: unknown): boolean {
  const found = field.split('|').flatMap((name) => values(event, name).map((value) => canonical(name, value)))
  const wanted = (Array.isArray(want) ? want : [want]).map((value) => canonical(field.split('|')[0]!, value))
  if (found.length === 0) return wanted.every((value) => UNSET.includes(value))
  if (Array.isArray(want) && ORDERED.includes(field)) return found.join('\0') === wanted.join('\0')
  return wanted.every(
    (value) => found.includes(value) || (UNSET.includes(value) && found.some((f) => UNSET.includes(f))),
  )
}

function canonical(field: string, value: unknown): string {
  const text = String(value)
  return field.endsWith('.ip') && ipaddr.isValid(text) ? ipaddr.process(text).toString() : text
}

function isDeliberate(id: string, field: string): boolean {
  return DELIBERATE.some((difference) => difference.ids.test(id) && difference.field === field)
}
