import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { EcsEvent } from './event.ts'
import { text } from './field.ts'
import {
  auditKey,
  completeHost,
  eventKeyOf,
  hashText,
  hostOf,
  IDENTITY_FIELDS,
  isAuditEvent,
  textKey,
} from './identity.ts'

const TIME = '2026-03-02T10:00:00.123Z'
const MS = 1_772_445_600_123
const PLACE = { fingerprint: 'f00d', offset: 4096 }

test('a host is its id, else its name, else nobody', () => {
  assert.equal(hostOf({ host: { id: 'h1', name: 'web-1' } }), 'h1')
  assert.equal(hostOf({ host: { name: 'web-1' } }), 'web-1')
  assert.equal(hostOf({ 'host.name': 'web-1', host: { id: '' } }), 'web-1')
  assert.equal(hostOf({}), '')
})

const HOSTS: readonly { given: EcsEvent; fallback?: string; expect: EcsEvent; why: string }[] = [
  {
    given: { host: { id: 'h1' } },
    fallback: 'x',
    expect: { host: { id: 'h1', name: 'h1' } },
    why: 'the id is a name too',
  },
  { given: { node: 'n1' }, fallback: 'x', expect: { node: 'n1', host: { name: 'n1' } }, why: 'the node of a record' },
  { given: {}, fallback: 'x', expect: { host: { name: 'x' } }, why: 'what the user says' },
  { given: { 'host.id': 'h1' }, expect: { 'host.id': 'h1', host: { name: 'h1' } }, why: 'dotted keys' },
  { given: { 'host.name': '' }, fallback: 'x', expect: { host: { name: 'x' } }, why: 'an empty name is none' },
  {
    given: { host: 'odd' },
    fallback: 'x',
    expect: { host: 'odd', 'host.name': 'x' },
    why: 'a host that is no object stays',
  },
]

for (const { given, fallback, expect, why } of HOSTS) {
  test(`${JSON.stringify(given)} gets a host name: ${why}`, () => {
    const complete = completeHost(given, fallback)
    assert.deepEqual(complete, expect)
    assert.equal(completeHost(complete, 'other'), complete)
  })
}

test('an event with a host name, or without any hint of one, stays the same object', () => {
  for (const event of [{ host: { name: 'web-1' } }, { 'host.name': 'web-1' }, {}, { host: {} }])
    assert.equal(completeHost(event, undefined), event)
})

test('a key called __proto__ survives the completion of the host', () => {
  const event = JSON.parse('{"__proto__":{"polluted":"yes"},"host":{"__proto__":{"name":"evil"}}}') as EcsEvent
  const complete = completeHost(event, 'web-1')
  assert.equal(text(complete, 'host.name'), 'web-1')
  assert.ok(Object.hasOwn(complete, '__proto__'))
  assert.equal(Object.getPrototypeOf(complete), Object.prototype)
})

test('audit events are told by module, data set or their own fields', () => {
  for (const event of [
    { event: { module: 'auditd' } },
    { event: { dataset: 'auditd_manager.auditd' } },
    { event: { dataset: 'auditd.log' } },
    { 'event.dataset': 'auditd' },
    { auditd: { sequence: 7 } },
    { auditd: { message_type: 'syscall' } },
  ])
    assert.ok(isAuditEvent(event), JSON.stringify(event))
  for (const event of [{}, { event: { module: 'endpoint', sequence: 7 } }, { event: { dataset: 'auditdisk' } }])
    assert.ok(!isAuditEvent(event), JSON.stringify(event))
})

test('the key of an audit event is its host, time and serial, whichever field they stand in', () => {
  const expected = auditKey(hashText('web-1'), MS, 90730)
  const event = { '@timestamp': TIME, host: { name: 'web-1' } }
  for (const rest of [
    { event: { module: 'auditd', sequence: 90730 } },
    { event: { module: 'auditd', sequence: '90730', id: 'x' }, _id: 'y' },
    { auditd: { sequence: 90730 } },
    { event: { module: 'auditd', sequence: 90730, ingested: '2026-03-03T00:00:00Z' } },
  ])
    assert.equal(eventKeyOf({ ...event, ...rest }, PLACE), expected, JSON.stringify(rest))
})

test('the same serial on another host, at another time or after a boot is another event', () => {
  const keyOf = (name: string, time: string, sequence: number) =>
    eventKeyOf({ '@timestamp': time, host: { name }, event: { module: 'auditd', sequence } }, PLACE)
  const keys = [
    keyOf('a', TIME, 1),
    keyOf('b', TIME, 1),
    keyOf('a', TIME, 2),
    keyOf('a', '2026-03-02T10:00:00.124Z', 1),
  ]
  assert.equal(new Set(keys).size, keys.length)
})

test('other events go by _index and _id, then event.id, then their place in the file', () => {
  const id = { event: { id: 'abc', sequence: 5, module: 'endpoint' } }
  assert.equal(eventKeyOf({ ...id, _index: 'logs', _id: '1' }, PLACE), textKey('logs\x001'))
  assert.notEqual(eventKeyOf({ _index: 'a', _id: '1' }, PLACE), eventKeyOf({ _index: 'b', _id: '1' }, PLACE))
  assert.equal(eventKeyOf(id, PLACE), textKey('abc'))
  assert.equal(eventKeyOf({}, PLACE), eventKeyOf({ message: 'x' }, { ...PLACE }))
  assert.notEqual(eventKeyOf({}, PLACE), eventKeyOf({}, { ...PLACE, offset: 4097 }))
  assert.notEqual(eventKeyOf({}, PLACE), eventKeyOf({}, { ...PLACE, fingerprint: 'beef' }))
})

test('an audit event without a readable time or serial goes by what else it has', () => {
  const event = { module: 'auditd', id: 'abc' }
  assert.equal(eventKeyOf({ event: { ...event, sequence: 5 } }, PLACE), textKey('abc'))
  assert.equal(eventKeyOf({ '@timestamp': TIME, event }, PLACE), textKey('abc'))
  assert.equal(eventKeyOf({ '@timestamp': TIME, event: { ...event, sequence: '-1' } }, PLACE), textKey('abc'))
})

test('an event cut down to the identity fields keeps its key', () => {
  const value = fc.constantFrom('auditd', 'endpoint', '7', 'web-1', TIME, '')
  const event = fc.dictionary(fc.constantFrom(...IDENTITY_FIELDS, 'message', 'process.name'), value)
  fc.assert(
    fc.property(event, (event) => {
      const cut = Object.fromEntries(Object.entries(event).filter(([field]) => IDENTITY_FIELDS.includes(field)))
      assert.equal(eventKeyOf(cut, PLACE), eventKeyOf(event, PLACE))
    }),
  )
})

test('a million audit events of one host have a million keys', () => {
  const host = hashText('web-1')
  const keys = new Float64Array(1_000_000)
  for (let i = 0; i < keys.length; i++) keys[i] = auditKey(host, MS + Math.floor(i / 40), i)
  keys.sort()
  let same = 0
  for (let i = 1; i < keys.length; i++) same += Number(keys[i] === keys[i - 1])
  assert.equal(same, 0)
})
