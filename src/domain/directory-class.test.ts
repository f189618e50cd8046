import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DIRECTORY_CLASSES, type DirectoryClass, directoryClassOf } from './directory-class.ts'

const TABLE: readonly (readonly [path: string, expect: DirectoryClass])[] = [
  ['<inline>', 'inl'],
  ['/usr/bin/curl (deleted)', 'del'],
  ['/memfd:x (deleted)', 'del'],
  ['/memfd:x', 'del'],
  ['/proc/self/fd/3', 'del'],
  ['/tmp/.x/run', 'hid'],
  ['/dev/shm/.x', 'hid'],
  ['/opt/.../run', 'hid'],
  ['/var/lib/postgresql/.4g3', 'hid'],
  ['/home/eve/.cache/run', 'home'],
  ['/home/eve/.fonts/.run', 'hid'],
  ['/root/.x', 'hid'],
  ['/root/.ansible/tmp/x.py', 'home'],
  ['/tmp/x', 'tmp'],
  ['/var/tmp/x', 'tmp'],
  ['/dev/shm/x', 'tmp'],
  ['/run/user/1000/x', 'tmp'],
  ['/run/x', 'local'],
  ['/tmpfs/x', 'local'],
  ['/etc/cron.daily/x', 'etc'],
  ['/home/eve/x', 'home'],
  ['/homes/eve/x', 'local'],
  ['/usr/bin/x', 'sys'],
  ['/bin/x', 'sys'],
  ['/usr/sbin/x', 'sys'],
  ['/usr/libexec/x', 'sys'],
  ['/snap/slack/155/slack', 'sys'],
  ['/usr/lib/jvm/java-17/bin/java', 'sys'],
  ['/usr/lib/systemd/systemd-networkd', 'lib'],
  ['/lib64/x', 'lib'],
  ['/usr/local/lib/x', 'lib'],
  ['/usr/local/bin/x', 'local'],
  ['/opt/app/bin/x', 'local'],
  ['/srv/../x', 'local'],
  ['x.py', 'local'],
  ['', 'local'],
  ['__proto__', 'local'],
]

for (const [path, expect] of TABLE) {
  test(`code at "${path}" lies in a directory of class ${expect}`, () => {
    assert.equal(directoryClassOf(path), expect)
  })
}

test('every text has one of the nine classes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (path) => assert.ok(DIRECTORY_CLASSES.includes(directoryClassOf(path)))),
  )
})
