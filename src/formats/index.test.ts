import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { FORMATS, recognise } from './index.ts'

const HERE = new URL('./', import.meta.url)
const AUDIT = 'type=SYSCALL msg=audit(1773619259.732:63450): arch=c000003e syscall=42 success=yes\n'
const ECS = '{"@timestamp":"2026-03-01T12:00:00Z","event":{"category":["network"]}}\n'

for (const { head, expect, why } of [
  { head: AUDIT, expect: 'audit-log', why: 'a line of auditd' },
  { head: `node=web-1 ${AUDIT}`, expect: 'audit-log', why: 'a line with its node' },
  { head: AUDIT.trimEnd(), expect: 'audit-log', why: 'one line without its end' },
  { head: `\n\n${AUDIT}`, expect: 'audit-log', why: 'blank lines in front' },
  { head: `key="half of a line\n${AUDIT}`, expect: 'audit-log', why: 'a first line that was cut off' },
  { head: `${AUDIT}garbage\ngarbage\n`, expect: 'audit-log', why: 'garbage behind' },
  { head: ECS, expect: 'ecs-json', why: 'a document' },
  { head: `\uFEFF${ECS}`, expect: 'ecs-json', why: 'a byte order mark' },
  { head: ECS.replace('\n', '\r\n'), expect: 'ecs-json', why: 'a carriage return' },
  { head: ECS.slice(0, 40), expect: 'ecs-json', why: 'a document longer than the head' },
  { head: `"kind":"event"}}\n${ECS}`, expect: 'ecs-json', why: 'a first line that was cut off' },
  { head: `{"_index":"i","_source":${ECS.trimEnd()}}\n`, expect: 'ecs-json', why: 'a search dump' },
  { head: `{"create":{}}\n${ECS}`, expect: 'ecs-json', why: 'a bulk request' },
  { head: `${ECS.replace('network', AUDIT.trimEnd())}`, expect: 'ecs-json', why: 'an audit line inside a document' },
  { head: '', expect: undefined, why: 'nothing' },
  { head: '\n \n', expect: undefined, why: 'blank lines' },
  { head: '{"a":1}\n', expect: undefined, why: 'JSON without a time' },
  { head: 'Mar  1 12:00:00 web-1 sshd[1]: hello\n', expect: undefined, why: 'a line of syslog' },
  { head: '<?xml version="1.0"?>\n', expect: undefined, why: 'XML' },
])
  test(`a head is ${expect ?? 'no format'}: ${why}`, () => {
    assert.equal(recognise(Buffer.from(head))?.name, expect)
  })

test('every file of test data is recognised as what it is, from any head that holds a whole line', () => {
  let files = 0
  for (const { name } of FORMATS)
    for (const file of readdirSync(new URL(`${name}/testdata/`, HERE), { recursive: true, encoding: 'utf8' })) {
      if (!/\.(ndjson|log)$/.test(file) || file.endsWith('cases.ndjson')) continue
      const bytes = readFileSync(new URL(`${name}/testdata/${file}`, HERE))
      if (!bytes.includes(10)) continue
      files++
      for (const length of [bytes.indexOf(10) + 1, 4096, bytes.length])
        assert.equal(recognise(bytes.subarray(0, length))?.name, name, file)
    }
  assert.ok(files >= 8)
})

test('bytes at random are no format', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5000 }), (bytes) => {
      assert.equal(recognise(Buffer.from(bytes)), undefined)
    }),
  )
})
