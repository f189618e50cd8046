import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLocalTool } from './local-tools.ts'
import { programOf } from './program.ts'

const run = (executable: string, ...args: string[]) =>
  programOf({ process: { executable, args: [executable, ...args] } }) ?? ''

test('a tool without network code is known at its usual places, whatever its number', () => {
  for (const path of ['/usr/bin/sleep', '/bin/cat', '/sbin/agetty', '/usr/bin/sha256sum', '/usr/bin/['])
    assert.equal(isLocalTool(run(path)), true, path)
})

test('what connects by itself, lies elsewhere or runs a script is none', () => {
  for (const path of [
    '/usr/bin/curl',
    '/usr/bin/bash',
    '/usr/bin/gawk',
    '/usr/bin/tar',
    '/tmp/sleep',
    '/opt/bin/cat',
    '',
  ])
    assert.equal(isLocalTool(run(path)), false, path)
  assert.equal(isLocalTool(run('/usr/bin/python3', '/usr/bin/sleep')), false)
  assert.equal(isLocalTool('__proto__'), false)
})
