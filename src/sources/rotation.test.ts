import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chainsOf } from './rotation.ts'

for (const { paths, expect, why } of [
  {
    paths: ['a/audit.log', 'a/audit.log.1', 'a/audit.log.2', 'a/audit.log.10'],
    expect: [['a/audit.log.10', 'a/audit.log.2', 'a/audit.log.1', 'a/audit.log']],
    why: 'numbers count up into the past',
  },
  {
    paths: ['audit.log', 'audit.log.1', 'audit.log.2.gz', 'audit.log.3.zst'],
    expect: [['audit.log.3.zst', 'audit.log.2.gz', 'audit.log.1', 'audit.log']],
    why: 'older files may be packed',
  },
  {
    paths: ['audit.log', 'audit.log-20251231', 'audit.log-20260101.gz', 'audit.log-2026010112'],
    expect: [['audit.log-20251231', 'audit.log-20260101.gz', 'audit.log-2026010112', 'audit.log']],
    why: 'dates count up towards the present',
  },
  {
    paths: ['/var/log/syslog', '/var/log/syslog.1', 'messages-20260101'],
    expect: [['/var/log/syslog.1', '/var/log/syslog'], ['messages-20260101']],
    why: 'logs that have no ending',
  },
  {
    paths: ['a/audit.log.1', 'b/audit.log'],
    expect: [['a/audit.log.1'], ['b/audit.log']],
    why: 'two folders are two logs',
  },
  {
    paths: ['2026-01-01.ndjson.gz', '2026-01-02.ndjson.gz', 'audit.log.old', 'audit.log.gz', 'audit.log'],
    expect: [['2026-01-01.ndjson.gz'], ['2026-01-02.ndjson.gz'], ['audit.log.old'], ['audit.log.gz'], ['audit.log']],
    why: 'other names are logs of their own',
  },
])
  test(`${paths.join(', ')} are ${expect.length === 1 ? 'one log' : `${expect.length} logs`}: ${why}`, () => {
    assert.deepEqual(chainsOf(paths), expect)
  })
