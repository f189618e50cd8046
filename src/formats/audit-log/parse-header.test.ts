import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseHeader } from './parse-header.ts'

const BARE = 'type=CWD msg=audit(1481077231.371:479):  cwd="/home"'

const CASES: readonly { readonly line: string; readonly node: string; readonly type?: string; readonly why: string }[] =
  [
    { line: BARE, node: '', why: 'as auditd writes it' },
    { line: `node=web-1 ${BARE}`, node: 'web-1', why: 'with the name of its node' },
    { line: `Dec  7 02:20:31 web-1 audispd: ${BARE}`, node: 'web-1', why: 'by the syslog plug-in (RFC 3164)' },
    {
      line: `Dec 17 02:20:31 web-1 audispd[77]: node=db-1 ${BARE}`,
      node: 'db-1',
      why: 'the node says more than syslog does',
    },
    {
      line: `<13>Dec  7 02:20:31 web-1 tag_audit_log: ${BARE}`,
      node: 'web-1',
      why: 'by rsyslog from the file, with a priority',
    },
    {
      line: `2016-12-07T02:20:31.400123+01:00 web-1 audispd: ${BARE}`,
      node: 'web-1',
      why: 'with a time as in RFC 3339',
    },
    { line: `<13>1 2016-12-07T02:20:31Z web-1 audispd - - - ${BARE}`, node: 'web-1', why: 'RFC 5424' },
    {
      line: 'Dec  7 02:20:31 web-1 kernel: [   12.345678] audit: type=1400 audit(1481077231.371:479): apparmor="DENIED"',
      node: 'web-1',
      type: 'AVC',
      why: "the kernel's own log, when no auditd runs",
    },
  ]

test('the header of a record is read alone and behind what syslog puts in front of it', () => {
  for (const { line, node, type = 'CWD', why } of CASES) {
    const header = parseHeader(line)
    assert.ok(typeof header === 'object', `${why}: ${header}`)
    const { bodyAt, ...rest } = header
    assert.deepEqual(rest, { node, type, time: 1481077231371, serial: 479 }, why)
    assert.match(line.slice(bodyAt), /^ +(cwd|apparmor)=/, why)
  }
})

test('a line that only mentions a record is none', () => {
  for (const line of [
    `x ${BARE}`,
    `Dec  7 02:20:31 web-1 app: key=value ${BARE}`,
    'Dec  7 02:20:31 web-1 audit[77]: CWD cwd="/home"',
    `Dec  7 02:20:31 ${BARE}`,
  ])
    assert.equal(parseHeader(line), 'no audit(…) header', line)
})
