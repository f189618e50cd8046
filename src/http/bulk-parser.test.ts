import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type BulkItem, BulkParser } from './bulk-parser.ts'

const LONGEST = 1000

function parse(body: string | Buffer, cuts: readonly number[] = []): BulkItem[] {
  const bytes = Buffer.from(body)
  const parser = new BulkParser(LONGEST)
  const ends = [...new Set([...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b)
  const items: BulkItem[] = []
  let from = 0
  for (const end of ends) {
    items.push(...parser.push(bytes.subarray(from, end)))
    from = end
  }
  return [...items, ...parser.end()]
}

/** What each item came to: its document, or its fault. */
const told = (items: readonly BulkItem[]) =>
  items.map(({ action, document, fault }) => `${action.op} ${action.id ?? '-'} ${fault ?? document ?? 'none'}`)

const CASES: readonly { readonly why: string; readonly body: string; readonly expect: readonly string[] }[] = [
  { why: 'an action and its document', body: '{"create":{}}\n{"a":1}\n', expect: ['create - {"a":1}'] },
  {
    why: 'a blank line behind each document, as rsyslog writes it',
    body: '{"create":{"_id":"1"}}\n{"a":1}\n\n{"create":{"_id":"2"}}\n{"a":2}\n\n',
    expect: ['create 1 {"a":1}', 'create 2 {"a":2}'],
  },
  {
    why: 'more beside the action, as winston writes it',
    body: '{"create":{"_index":"x","pipeline":null},"attempts":0}\n{"a":1}\n',
    expect: ['create - {"a":1}'],
  },
  { why: 'no newline at the end', body: '{"index":{}}\n{"a":1}', expect: ['index - {"a":1}'] },
  { why: 'a number as id', body: '{"index":{"_id":7}}\n{}\n', expect: ['index 7 {}'] },
  {
    why: 'a delete, which has no document',
    body: '{"delete":{"_id":"1"}}\n{"create":{}}\n{"a":1}\n',
    expect: ['delete 1 none', 'create - {"a":1}'],
  },
  {
    why: 'an update, whose document is passed over',
    body: '{"update":{"_id":"1"}}\n{"doc":{}}\n',
    expect: ['update 1 {"doc":{}}'],
  },
  {
    why: 'rubbish for an action: its document is passed over with it',
    body: 'rubbish\n{"a":1}\n{"create":{}}\n{"a":2}\n',
    expect: ['index - action line that is no JSON object', 'create - {"a":2}'],
  },
  {
    why: 'a line too many: the next action is found',
    body: '{"create":{}}\n{"a":1}\n{"a":"stray"}\n{"create":{}}\n{"a":2}\n',
    expect: ['create - {"a":1}', 'index - action line without a known action', 'create - {"a":2}'],
  },
  {
    why: 'an unknown action',
    body: '{"destroy":{}}\n{"a":1}\n',
    expect: ['index - action line without a known action'],
  },
  {
    why: 'an id that is an object',
    body: '{"create":{"_id":{}}}\n{"a":1}\n',
    expect: ['index - action with an id that is empty, too long or no text'],
  },
  {
    why: 'an empty id',
    body: '{"create":{"_id":""}}\n{"a":1}\n',
    expect: ['index - action with an id that is empty, too long or no text'],
  },
  {
    why: 'an index that is a list',
    body: '{"create":{"_index":[]}}\n{"a":1}\n',
    expect: ['index - action with an index that is no text'],
  },
  { why: 'an action at the very end', body: '{"create":{}}\n', expect: ['create - action without a document'] },
  { why: 'an empty document', body: '{"create":{}}\n\n', expect: ['create - '] },
  { why: 'nothing', body: '\n\n', expect: [] },
  {
    why: '__proto__ as the action',
    body: '{"__proto__":{"create":{}}}\n{}\n',
    expect: ['index - action line without a known action'],
  },
]

for (const { why, body, expect } of CASES) {
  test(`a bulk body with ${why} is read item by item`, () => {
    assert.deepEqual(told(parse(body)), expect)
    assert.deepEqual(
      told(parse(body.replaceAll('\n', '\r\n'))).map((item) => item.trim()),
      expect.map((item) => item.trim()),
    )
  })
}

test('a document that is too long is told with its beginning, and the next one is read', () => {
  const [long, next] = parse(`{"create":{}}\n{"a":"${'x'.repeat(LONGEST)}"}\n{"create":{}}\n{"a":2}\n`)
  assert.equal(long!.fault, 'document of more than 1000 bytes')
  assert.equal(long!.raw.length, LONGEST)
  assert.equal(next!.document, '{"a":2}')
})

test('items know the byte at which they begin', () => {
  const places = parse('{"create":{}}\n{"ä":1}\nrubbish\n').map(({ at }) => at)
  assert.deepEqual(places, [14, 23])
})

test('however a body is cut, every document comes once and in order', () => {
  const document = fc
    .record({ text: fc.string({ unit: 'grapheme' }), n: fc.integer() })
    .map((value) => JSON.stringify(value))
  const item = fc.record({ document, id: fc.option(fc.string({ minLength: 1, maxLength: 5 })), blank: fc.boolean() })
  fc.assert(
    fc.property(fc.array(item), fc.array(fc.nat(5000)), fc.constantFrom('\n', '\r\n'), (items, cuts, newline) => {
      const body = items
        .map(({ document, id, blank }) =>
          [
            JSON.stringify({ index: { _index: 'x', ...(id !== null && { _id: id }) } }),
            document,
            ...(blank ? [''] : []),
          ]
            .map((line) => line + newline)
            .join(''),
        )
        .join('')
      const read = parse(body, cuts)
      assert.deepEqual(
        read.map(({ document }) => document?.trim()),
        items.map(({ document }) => document),
      )
      assert.deepEqual(
        read.map(({ action }) => action.id ?? null),
        items.map(({ id }) => id),
      )
    }),
  )
})

test('no bytes make it throw, and cuts change nothing of what it says', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '{"create":{}}',
      '{"index":{"_id":"1"}}',
      '{"delete":{}}',
      '{"a":1}',
      '\n',
      '\n',
      '\r\n',
      '{',
      '\u0000',
    ),
    fc.string({ unit: 'binary' }),
  )
  fc.assert(
    fc.property(fc.array(piece), fc.array(fc.nat(5000)), (pieces, cuts) => {
      const body = Buffer.from(pieces.join(''))
      assert.deepEqual(parse(body, cuts), parse(body))
    }),
    { numRuns: 1000 },
  )
})
