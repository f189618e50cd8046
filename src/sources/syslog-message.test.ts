import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseSyslog, payloadOf } from './syslog-message.ts'

for (const { given, host, content, why } of [
  {
    given: '<34>Oct 11 22:14:15 mymachine su: failed',
    host: 'mymachine',
    content: 'su: failed',
    why: 'RFC 3164, example 1',
  },
  {
    given: '<13>Feb  5 17:32:18 10.0.0.99 hello',
    host: '10.0.0.99',
    content: 'hello',
    why: 'RFC 3164, example 2: an address',
  },
  {
    given: '<13>Feb  5 17:32:18 fe80::1 app: hello',
    host: 'fe80::1',
    content: 'app: hello',
    why: 'an address of IPv6',
  },
  { given: 'Feb  5 17:32:18 web-1 app: hello', host: 'web-1', content: 'app: hello', why: 'a priority may be missing' },
  { given: '<13>Feb  5 17:32:18 app: hello', host: undefined, content: 'app: hello', why: 'a host may be missing' },
  {
    given: '<13>Feb  5 17:32:18 app[12]: hello',
    host: undefined,
    content: 'app[12]: hello',
    why: 'a host has no brackets',
  },
  { given: '<13>hello', host: undefined, content: 'hello', why: 'everything may be missing' },
  { given: '<999>hello', host: undefined, content: '<999>hello', why: 'no priority is that high' },
  {
    given: '<13>2026-11-24T16:00:00.123456+01:00 web-1 app: hello',
    host: 'web-1',
    content: 'app: hello',
    why: 'as rsyslog forwards',
  },
  {
    given: "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \uFEFF'su root' failed",
    host: 'mymachine.example.com',
    content: "'su root' failed",
    why: 'RFC 5424, example 1',
  },
  {
    given: '<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It is time.',
    host: '192.0.2.1',
    content: '%% It is time.',
    why: 'RFC 5424, example 2: no byte order mark',
  },
  {
    given: '<165>1 2003-10-11T22:14:15.003Z web-1 e - ID47 [a@1 b="x\\]\\" y" c="["][d@1] \uFEFFAn event',
    host: 'web-1',
    content: 'An event',
    why: 'structured data with escapes',
  },
  {
    given: '<165>1 2003-10-11T22:14:15.003Z web-1 e - ID47 [a@1 b="c"]',
    host: 'web-1',
    content: '',
    why: 'RFC 5424, example 4: no content',
  },
  { given: '<13>1 - - - - - - hello', host: undefined, content: 'hello', why: 'all values may be nil' },
  {
    given: '<13>1 - web-1 - - - [a b="c hello',
    host: undefined,
    content: '1 - web-1 - - - [a b="c hello',
    why: 'data that does not end',
  },
])
  test(`${JSON.stringify(given)}: ${why}`, () => {
    assert.deepEqual(parseSyslog(given), host === undefined ? { content } : { host, content })
  })

const RECORD = 'type=CWD msg=audit(1780000000.000:1): cwd="/"'

for (const { given, kind, text = RECORD, why } of [
  { given: RECORD, kind: 'audit', why: 'a record alone' },
  { given: `tag_audit_log: ${RECORD}`, kind: 'audit', why: 'a file that rsyslog reads has a tag' },
  { given: `audispd: node=db-1 ${RECORD}`, kind: 'audit', text: `node=db-1 ${RECORD}`, why: 'the plug-in of auditd' },
  { given: `audisp-syslog[812]:${RECORD}`, kind: 'audit', why: 'a tag with a process, without a blank' },
  {
    given: 'kernel: audit: type=1300 audit(1780000000.000:1): pid=1',
    kind: 'audit',
    text: 'type=1300 audit(1780000000.000:1): pid=1',
    why: 'what the kernel prints without an audit daemon',
  },
  {
    given: `${RECORD}#035UID="root"`,
    kind: 'audit',
    text: `${RECORD}\x1dUID="root"`,
    why: 'a daemon has escaped the separator',
  },
  { given: 'app: {"a":1}', kind: 'json', text: '{"a":1}', why: 'a document behind a tag' },
  { given: 'app: @cee: {"a":1}', kind: 'json', text: '{"a":1}', why: 'a document with its mark' },
  { given: '@cee:{"a":1}', kind: 'json', text: '{"a":1}', why: 'a mark without a tag' },
])
  test(`the payload of ${JSON.stringify(given)}: ${why}`, () => {
    assert.deepEqual(payloadOf(given), { kind, text })
  })

for (const given of ['', 'hello', 'app: hello', 'a: b: c: {"a":1}', 'type=CWD', 'pam: type=x msg=y'])
  test(`${JSON.stringify(given)} has no payload`, () => {
    assert.equal(payloadOf(given), undefined)
  })

test('no text whatever makes it fail', () => {
  const piece = fc.constantFrom(
    '<13>',
    '1 ',
    '- ',
    '[',
    ']',
    '"',
    '\\',
    'a',
    ' ',
    ':',
    '{',
    '@cee:',
    'type=',
    'Oct 11 22:14:15 ',
  )
  fc.assert(
    fc.property(
      fc.array(fc.oneof(piece, fc.string())).map((parts) => parts.join('')),
      (text) => {
        payloadOf(parseSyslog(text).content)
      },
    ),
  )
})
