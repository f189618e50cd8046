import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isOddAtSight } from './at-sight.ts'

// docs/explanation: hidden places, temporary directories, no file on disk; home directories are full of hidden ones.
for (const { program, odd } of [
  { program: '/var/tmp/.x/kthreaddk', odd: true },
  { program: '/dev/shm/kdmtmpflush', odd: true },
  { program: '/memfd:x', odd: true },
  { program: '/usr/lib/.cache/sshd', odd: true },
  { program: '/usr/bin/python# /tmp/run.py', odd: true },
  { program: '/home/*/.npl', odd: true },
  { program: '/home/*/.vscode-server/bin/node', odd: false },
  { program: '/usr/bin/python# /srv/app.py', odd: false },
  { program: '/usr/bin/curl', odd: false },
  { program: '/usr/bin/bash <inline>', odd: false },
  { program: '__proto__', odd: false },
])
  test(`${program} is ${odd ? '' : 'not '}odd at sight`, () => assert.equal(isOddAtSight(program), odd))
