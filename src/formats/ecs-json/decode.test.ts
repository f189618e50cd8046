import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { values } from '../../domain/field.ts'
import { inFull } from '../contract.ts'
import { decodeLine } from './decode.ts'
import { ecsJson } from './index.ts'

const TIME = '"@timestamp":"2026-03-01T12:00:00Z"'

/** The values of a field of the event that a line becomes. */
function read(line: string, field: string): readonly unknown[] {
  const event = decodeLine(line, {})
  assert.ok(typeof event === 'object', `${line} is no event: ${event}`)
  return values(event, field)
}

describe('a line of NDJSON', () => {
  for (const { line, reason, why } of [
    { line: '{"a":1}', reason: 'no @timestamp', why: 'a document without time' },
    { line: '{"@timestamp":null}', reason: 'no @timestamp', why: 'a time that is null' },
    { line: '{"@timestamp":"yesterday"}', reason: '@timestamp is not a time', why: 'words for a time' },
    { line: '{"@timestamp":true}', reason: '@timestamp is not a time', why: 'a yes for a time' },
    { line: '{"@timestamp":1e300}', reason: '@timestamp is not a time', why: 'a time past all calendars' },
    { line: `{${TIME}`, reason: 'line does not end in }', why: 'half a document' },
    { line: '[1]', reason: 'line does not end in }', why: 'an array' },
    { line: 'hello', reason: 'line does not end in }', why: 'text' },
    { line: `{${TIME},}`, reason: 'not JSON', why: 'a comma too many' },
    { line: `${TIME}}`, reason: 'not JSON', why: 'the second half of a document' },
    { line: '{"index":{}}', reason: 'no @timestamp', why: 'the action line of a bulk request' },
  ])
    test(`is rejected as "${reason}": ${why}`, () => {
      assert.equal(decodeLine(line, {}), reason)
    })

  for (const { line, why } of [
    { line: `\uFEFF{${TIME}}`, why: 'a byte order mark in front' },
    { line: `{${TIME}}\r`, why: 'a carriage return behind' },
    { line: `  {${TIME}} `, why: 'spaces around' },
    { line: '{"@timestamp":1772366400000}', why: 'a time in milliseconds' },
    { line: '{"@timestamp":["2026-03-01T12:00:00Z"]}', why: 'a time in a list' },
  ])
    test(`is an event with ${why}`, () => {
      assert.equal(typeof decodeLine(line, {}), 'object')
    })

  test('is nothing if it is blank', () => {
    for (const line of ['', ' ', '\r', '\uFEFF']) assert.equal(decodeLine(line, {}), undefined)
  })

  // The kernel's rule (audit_log_untrustedstring): hexadecimal only if a byte is a quote, a space, or not printable ASCII.
  for (const { name, expect, why } of [
    { name: '6D7920746F6F6C', expect: 'my tool', why: 'it holds a space' },
    { name: 'C3A9', expect: 'é', why: 'it holds bytes outside ASCII' },
    { name: '226122', expect: '"a"', why: 'it holds quotes' },
    { name: '4142', expect: '4142', why: 'the kernel would have written AB' },
    { name: 'c3a9', expect: 'c3a9', why: 'the kernel writes capitals' },
    { name: 'C3A', expect: 'C3A', why: 'half a byte' },
    { name: 'DEADBEEF', expect: '\u07ad\ufffd\ufffd', why: 'bytes that are no UTF-8 are shown as such' },
  ])
    test(`of an audit event names the process ${expect} where it says ${name}: ${why}`, () => {
      assert.deepEqual(read(`{${TIME},"event.module":"auditd","process":{"name":"${name}"}}`, 'process.name'), [expect])
      assert.deepEqual(read(`{${TIME},"auditd.sequence":1,"process.name":"${name}"}`, 'process.name'), [expect])
    })

  test('of any other sender keeps a name that looks hexadecimal', () => {
    assert.deepEqual(read(`{${TIME},"event.module":"endpoint","process":{"name":"C3A9"}}`, 'process.name'), ['C3A9'])
  })

  test('of a search dump is the document in its _source', () => {
    const line = `{"_index":"i","_id":"1","_source":{${TIME},"host":{"name":"h"}},"sort":[1]}`
    assert.deepEqual(read(line, 'host.name'), ['h'])
    assert.deepEqual(read(line, '_id'), ['1'])
    assert.deepEqual(read(line, 'sort'), [])
  })

  test('keeps the last of two equal keys, as JSON.parse does', () => {
    assert.deepEqual(read(`{${TIME},"user":{"name":"a"},"user":{"name":"b"}}`, 'user.name'), ['b'])
  })

  test('may use the names of prototypes for anything', () => {
    const line = `{${TIME},"__proto__":{"user":{"name":"x"}},"constructor":1,"process":{"name":"__proto__"}}`
    assert.deepEqual(read(line, 'process.name'), ['__proto__'])
    assert.deepEqual(read(line, 'user.name'), [])
    assert.deepEqual(read(line, 'constructor'), [1])
  })

  test('cannot say what only we say', () => {
    const line = `{${TIME},"oddsock.program":"/bin/true","oddsock":{"set_aside_at":"x"},"process":{"name":"sh"}}`
    assert.deepEqual(read(line, 'oddsock.program'), ['sh'])
    assert.deepEqual(read(line, 'oddsock.set_aside_at'), [])
  })
})

describe('events of NDJSON are the same event', () => {
  const keys = (...lines: string[]) => inFull(ecsJson, Buffer.from(lines.join('\n'))).seen.map(({ id }) => id)
  const same = (a: string, b: string) => {
    const [first, second] = keys(a, b)
    return first === second
  }

  for (const { a, b, expect, why } of [
    {
      a: `{${TIME},"host.id":"h","event":{"module":"auditd","sequence":7}}`,
      b: `{${TIME},"host":{"id":"h"},"auditd":{"sequence":"7"}}`,
      expect: true,
      why: 'one host, time and serial, however they are written',
    },
    {
      a: `{${TIME},"host.id":"h","event":{"module":"auditd","sequence":7}}`,
      b: `{${TIME},"host.id":"h","event":{"module":"auditd","sequence":8}}`,
      expect: false,
      why: 'another serial',
    },
    { a: `{${TIME},"event.id":"x"}`, b: `{"event":{"id":"x"},${TIME}}`, expect: true, why: 'one event.id' },
    { a: `{${TIME},"event.id":"x"}`, b: `{${TIME},"event.id":"y"}`, expect: false, why: 'two ids' },
    {
      a: `{"_index":"a","_id":"1","_source":{${TIME}}}`,
      b: `{"_index":"b","_id":"1","_source":{${TIME}}}`,
      expect: false,
      why: 'an _id is of its index',
    },
    { a: `{${TIME}}`, b: `{${TIME}}`, expect: false, why: 'without an id every line is an event' },
  ])
    test(`${expect ? '' : 'not '}with ${why}`, () => assert.equal(same(a, b), expect))
})
