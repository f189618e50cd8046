import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EcsEvent } from '../../domain/event.ts'
import { auditLinesIn } from './lines-in-documents.ts'

const HEAD = 'type=CWD msg=audit(1481077231.371:479):'
const LINE = `${HEAD} cwd="/"`

interface Case {
  readonly why: string
  readonly given: EcsEvent
  /** `node type text` of each line. */
  readonly expect: readonly string[]
}

const CASES: readonly Case[] = [
  { why: 'Beats', given: { message: LINE, host: { name: 'web-1' } }, expect: [`web-1 CWD ${LINE}`] },
  { why: 'dotted', given: { message: LINE, 'host.name': 'web-1' }, expect: [`web-1 CWD ${LINE}`] },
  {
    why: "Elastic's pipelines",
    given: { event: { original: LINE }, agent: { name: 'web-1' } },
    expect: [`web-1 CWD ${LINE}`],
  },
  { why: 'Fluent Bit', given: { log: LINE, hostname: 'web-1' }, expect: [`web-1 CWD ${LINE}`] },
  {
    why: 'Vector',
    given: { message: LINE, host: 'web-1', file: '/var/log/audit/audit.log' },
    expect: [`web-1 CWD ${LINE}`],
  },
  { why: 'syslog-ng', given: { MESSAGE: LINE, HOST: 'web-1' }, expect: [`web-1 CWD ${LINE}`] },
  { why: 'rsyslog', given: { msg: ` ${LINE}`, hostname: 'web-1' }, expect: [`web-1 CWD  ${LINE}`] },
  { why: 'the journal', given: { MESSAGE: LINE, _HOSTNAME: 'web-1' }, expect: [`web-1 CWD ${LINE}`] },
  {
    why: 'Filebeat with its auditd module',
    given: { event: { module: 'auditd', dataset: 'auditd.log' }, message: LINE, host: { name: 'web-1' } },
    expect: [`web-1 CWD ${LINE}`],
  },
  {
    why: 'the log of another machine on a relay',
    given: { message: `node=db-1 ${LINE}`, host: { name: 'relay' } },
    expect: [`db-1 CWD node=db-1 ${LINE}`],
  },
  {
    why: 'behind the name of whoever told the syslog',
    given: { message: `audisp-syslog[412]: ${LINE}`, host: { name: 'web-1' } },
    expect: [`web-1 CWD ${LINE}`],
  },
  {
    why: 'the kernel, where no auditd runs',
    given: { message: 'audit: type=1307 audit(1481077231.371:479):  cwd="/"', host: { name: 'web-1' } },
    expect: ['web-1 CWD type=1307 audit(1481077231.371:479):  cwd="/"'],
  },
  {
    why: 'several lines in one document',
    given: { message: `${LINE}\nrubbish\n${LINE}`, host: { name: 'web-1' } },
    expect: [`web-1 CWD ${LINE}`, `web-1 CWD ${LINE}`],
  },
  { why: 'no host is known', given: { message: LINE }, expect: [` CWD ${LINE}`] },
  { why: 'a host of a hostile name', given: { message: LINE, host: '__proto__' }, expect: [`__proto__ CWD ${LINE}`] },
  { why: 'the object in log is no text', given: { log: { file: { path: LINE } } }, expect: [] },
  { why: 'Auditbeat has joined them', given: { event: { original: [LINE] }, auditd: { sequence: 479 } }, expect: [] },
  { why: 'an ordinary message', given: { message: 'connection from type=x audit(y)' }, expect: [] },
  { why: 'an audit line inside of another', given: { message: `GET /?q=${LINE}` }, expect: [] },
  { why: 'no message', given: { '@timestamp': '2026-01-01T00:00:00Z' }, expect: [] },
  { why: 'longer than any record', given: { message: `${HEAD} cwd="${'x'.repeat(70_000)}"` }, expect: [] },
]

for (const { why, given, expect } of CASES)
  test(`audit lines in a document: ${why}`, () => {
    assert.deepEqual(
      auditLinesIn(given).map(({ node, type, text }) => `${node} ${type} ${text}`),
      expect,
    )
  })
