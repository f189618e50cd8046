import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventKeyOf } from '../domain/identity.ts'
import { PushedDocuments } from './pushed-documents.ts'

const RECEIVED = Date.UTC(2026, 0, 1)
const TIME = '"@timestamp":"2026-03-01T12:00:00.123Z"'

function read(json: string, id?: string, request = new PushedDocuments(RECEIVED)) {
  const document = request.read(json, 'logs', id)
  assert.ok(typeof document === 'object', String(document))
  return document
}

const keyOf = (event: Parameters<typeof eventKeyOf>[0]) => eventKeyOf(event, { fingerprint: 'unused', offset: 0 })

test('a document keeps the id and index of its action, whatever it says itself', () => {
  const { event, id } = read(`{${TIME},"_id":"mine","_index":"other"}`, '7')
  assert.deepEqual(event, { '@timestamp': '2026-03-01T12:00:00.123Z', _index: 'logs', _id: '7' })
  assert.equal(id, '7')
})

test('a document without an id is known again when its request is sent again', () => {
  const first = read(`{${TIME},"message":"a"}`)
  const again = read(`{${TIME},"message":"a"}`)
  assert.equal(keyOf(first.event), keyOf(again.event))
  assert.equal(first.id, again.id)
  assert.notEqual(keyOf(first.event), keyOf(read(`{${TIME},"message":"b"}`).event))
})

// Filebeat 7.17.29, its answer lost, sends the batch again with the fields of each document in another order.
test('a document is known again when its fields come in another order', () => {
  const first = read(
    `{${TIME},"message":"a","host":{"name":"vm","os":{"type":"linux","name":"Debian"}},"log":{"offset":7}}`,
  )
  const again = read(
    `{"log":{"offset":7},"host":{"os":{"name":"Debian","type":"linux"},"name":"vm"},${TIME},"message":"a"}`,
  )
  assert.equal(first.id, again.id)
})

// 2^53 and the number after it, which JSON.parse reads as the same one.
test('documents are told apart by numbers that are too long to be read exactly', () => {
  assert.notEqual(read(`{${TIME},"n":9007199254740992}`).id, read(`{${TIME},"n":9007199254740993}`).id)
})

test('two equal documents in one request are two, and the same two in the next', () => {
  const keys = () => {
    const request = new PushedDocuments(RECEIVED)
    return [1, 2, 3].map(() => keyOf(read(`{${TIME},"message":"a"}`, undefined, request).event))
  }
  assert.equal(new Set(keys()).size, 3)
  assert.deepEqual(keys(), keys())
})

test('another event.ingested makes no other document', () => {
  const stamped = (at: string) => read(`{${TIME},"event":{"ingested":"${at}","kind":"event"}}`)
  assert.equal(stamped('2026-03-01T12:00:01Z').id, stamped('2026-03-01T12:00:02Z').id)
})

test('a document is told by its own event.id, and an audit event by its serial', () => {
  assert.equal(read(`{${TIME},"event":{"id":"e1"}}`).id, 'e1')
  const audit = `{${TIME},"host":{"name":"web-1"},"auditd":{"sequence":7}`
  assert.equal(keyOf(read(`${audit}}`).event), keyOf(read(`${audit},"tags":["sent again"]}`, 'drawn').event))
})

test('a document without a time gets that of its receipt, which is no part of its identity', () => {
  const { event, id } = read('{"message":"a"}')
  assert.equal(event['@timestamp'], '2026-01-01T00:00:00.000Z')
  assert.equal(read('{"message":"a"}', undefined, new PushedDocuments(RECEIVED + 1)).id, id)
})

test('__proto__ is a name like any other', () => {
  const { event } = read(`{${TIME},"__proto__":{"_id":"x"},"host":{"__proto__":1}}`)
  assert.ok(Object.hasOwn(event, '__proto__'))
  assert.equal(Object.getPrototypeOf(event), Object.prototype)
})

test('what a document brings under our own name is dropped, so that none can pass for a revision of an event', () => {
  const { event } = read(`{${TIME},"message":"a","oddsock.revision":9,"oddsock":{"revision":9,"program":"/bin/x"}}`)
  assert.deepEqual(Object.keys(event).toSorted(), ['@timestamp', '_id', '_index', 'message'])
})

test('a name that the kernel wrote in hexadecimal is read as in a scan', () => {
  const name = '{"event":{"module":"auditd"},"process":{"name":"6D7920736372697074"}}'
  assert.deepEqual(read(name).event.process, { name: 'my script' })
})

const REFUSED: readonly (readonly [json: string, reason: string])[] = [
  ['', 'document that is no JSON'],
  ['{"a":', 'document that is no JSON'],
  ['[]', 'document that is no JSON object'],
  ['null', 'document that is no JSON object'],
  ['"text"', 'document that is no JSON object'],
  ['{"@timestamp":"yesterday"}', '@timestamp is not a time'],
  ['{"@timestamp":true}', '@timestamp is not a time'],
  [`${'{"a":'.repeat(65)}1${'}'.repeat(65)}`, 'document nested too deeply'],
  [`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'document nested too deeply'],
]

for (const [json, reason] of REFUSED) {
  test(`${json.slice(0, 30) || 'nothing'} is refused: ${reason}`, () => {
    assert.equal(new PushedDocuments(RECEIVED).read(json, 'logs', undefined), reason)
  })
}
