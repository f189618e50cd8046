import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { JsonFields } from './json-fields.ts'

const FIELDS = ['@timestamp', 'event.category', 'event.type', 'host.os.type', 'host']

/** The texts of the values that were found, or undefined for a surprise. */
function find(line: string, fields = FIELDS, json = new JsonFields(fields)): Record<string, string> | undefined {
  // The walk must keep to its line, so there is another one on either side.
  const before = '{"event.type":"before"}\n'
  const block = Buffer.from(`${before}${line}\n,"event.type":"after"}\n`)
  const from = Buffer.byteLength(before)
  if (!json.find(block, from, from + Buffer.byteLength(line))) return undefined
  const found = fields.flatMap((field, i) =>
    json.from[i]! < 0 ? [] : [[field, block.toString('utf8', json.from[i], json.to[i])] as const],
  )
  return Object.fromEntries(found)
}

for (const { line, expect, why } of [
  { line: '{}', expect: {}, why: 'an empty document' },
  { line: '{"event":{"category":["a","b"],"x":{}}}', expect: { 'event.category': '["a","b"]' }, why: 'nested' },
  { line: '{"event.category":"a"}', expect: { 'event.category': '"a"' }, why: 'dotted' },
  {
    line: '{"event.type":1,"event":{"category":null}}',
    expect: { 'event.type': '1', 'event.category': 'null' },
    why: 'mixed',
  },
  { line: '{"eventx":{"category":"a"},"even":{"category":"b"}}', expect: {}, why: 'keys that are nearly wanted' },
  { line: '{"x":{"event":{"category":"a"}}}', expect: {}, why: 'a wanted path further down' },
  { line: '{"x":"{\\"event.type\\":1}","y":["}",{"event.type":"]"}]}', expect: {}, why: 'brackets in strings' },
  { line: ' {"event.type":1}', expect: undefined, why: 'a space in front is left to others' },
  { line: '{ "event.type" : 1 , "x":\t2 }', expect: { 'event.type': '1' }, why: 'spaces inside' },
  { line: '{"event.type":1,"event.type":2}', expect: undefined, why: 'a field twice' },
  { line: '{"event":{},"event":{}}', expect: undefined, why: 'an object twice' },
  { line: '{"event":{"type":1},"event":0}', expect: undefined, why: 'a value in place of an object' },
  { line: '{"event":[{"type":1}]}', expect: undefined, why: 'an array of objects' },
  { line: '{"\\u0065vent":{"type":1}}', expect: undefined, why: 'an escape in a key' },
  { line: '{"event.type":1}}', expect: undefined, why: 'more after the end' },
  { line: '{"event.type":1', expect: undefined, why: 'no end' },
  { line: '{"event.type":"1}', expect: undefined, why: 'no end of a string' },
  { line: '{"event.type":1,}', expect: undefined, why: 'a comma too many' },
  { line: '{"event.type" 1}', expect: undefined, why: 'no colon' },
  { line: '{"x":1"event.type":2}', expect: undefined, why: 'no comma' },
])
  test(`finds ${expect ? `${Object.keys(expect).join(', ') || 'nothing'}` : 'a surprise'} in ${line}: ${why}`, () => {
    assert.deepEqual(find(line, FIELDS.slice(0, 4)), expect)
  })

test('a field that is wanted whole and in part is a surprise where it is an object', () => {
  assert.deepEqual(find('{"host":"h"}'), { host: '"h"' })
  assert.equal(find('{"host":{"os":{"type":"linux"}}}'), undefined)
})

test('what was met in other lines, keys in another order or nearly the same, changes nothing', () => {
  const part = fc.constantFrom(
    '"event.type":1',
    '"event.typ":2',
    '"event.type" :3',
    '"event":{"category":"a","type":"b"}',
    '"event":{"type":"b","categor":{}}',
    '"host":{"os":{"type":"linux"}}',
    '"host":{"os":{"typ":0,"type":"linux"}}',
    '"x":[{"event.type":4}]',
    '"x":"one"',
    '"x":"one","event.type":5',
    '"x":"one, or two"',
    '"x":"one',
    '"x":"one\\",\\"event.type\\":6"',
    '"event.type"',
  )
  const line = fc.array(part, { maxLength: 6 }).map((parts) => `{${parts.join(',')}}`)
  fc.assert(
    fc.property(fc.array(line, { minLength: 2, maxLength: 8 }), (lines) => {
      const fields = FIELDS.slice(0, 4)
      const warm = new JsonFields(fields)
      for (const one of lines) assert.deepEqual(find(one, fields, warm), find(one, fields))
    }),
  )
})

test('a field finds its own value among any others', () => {
  const noise = fc.dictionary(
    fc.string().filter((key) => !/[\\"]/.test(JSON.stringify(key).slice(1, -1))),
    fc.jsonValue(),
  )
  fc.assert(
    fc.property(noise, noise, fc.jsonValue(), fc.nat(4), (before, after, value, indent) => {
      fc.pre(![before, after].some((part) => Object.keys(part).some((key) => key.startsWith('host'))))
      const text = (part: object) => JSON.stringify(part).slice(1, -1)
      const parts = [text(before), `"host":${JSON.stringify(value)}`, text(after)].filter(Boolean)
      assert.deepEqual(find(`{${parts.join(`${' '.repeat(indent)},`)}}`, ['host']), { host: JSON.stringify(value) })
    }),
  )
})
