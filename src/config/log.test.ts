import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type LogSettings, openLog } from './log.ts'

function written(settings: LogSettings, isTTY: boolean, message: string, fields: Record<string, unknown> = {}): string {
  let text = ''
  const log = openLog(settings, { isTTY, write: (line) => (text += line) })
  log.debug('Not shown')
  log.warn(message, fields)
  return text
}

test('a line of the log is an ECS document', () => {
  const text = written({ level: 'info', format: 'auto' }, false, 'Bucket closed', { job_id: 'j', records: 3 })
  assert.equal(text.split('\n').length, 2)
  const { '@timestamp': time, 'process.pid': pid, ...document } = JSON.parse(text)
  assert.match(time, /^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/)
  assert.equal(pid, process.pid)
  assert.deepEqual(document, {
    'log.level': 'warn',
    message: 'Bucket closed',
    'ecs.version': '8.11.0',
    'service.name': 'oddsock',
    job_id: 'j',
    records: 3,
  })
})

test('on a terminal it is a line for a person, unless JSON is asked for', () => {
  const pretty = written({ level: 'info', format: 'auto' }, true, 'Bucket closed', { job_id: 'j', n: [1] })
  assert.match(pretty, /^\d\d:\d\d:\d\d WARN {2}Bucket closed {2}job_id=j n=\[1\]\n$/)
  assert.match(written({ level: 'info', format: 'json' }, true, 'x'), /^\{/)
})

for (const format of ['json', 'pretty'] as const)
  test(`nothing that a host has sent acts on whoever reads the log as ${format}`, () => {
    const text = written({ level: 'info', format }, false, 'x', { host: 'a\u001b[31m\u009b31m\u202e\n\u2028b' })
    assert.doesNotMatch(text.trimEnd(), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
  })
