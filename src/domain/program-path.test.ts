import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { normalizePath } from './program-path.ts'

const TABLE: readonly { given: string; expect: string; why: string }[] = [
  // Examples of detection-design §3.
  { given: '/usr/bin/python3.11', expect: '/usr/bin/python#', why: 'a version' },
  { given: '/usr/bin/python3.12', expect: '/usr/bin/python#', why: 'the next version is the same program' },
  { given: '/opt/node-22.1/bin/node', expect: '/opt/node-#/bin/node', why: 'a version in a directory' },
  { given: '/tmp/go-build123/b001/x.test', expect: '/tmp/go-build#/b#/x.test', why: 'a build directory' },
  { given: '/tmp/go-build694266447/b001/x.test', expect: '/tmp/go-build#/b#/x.test', why: '… of any number' },
  { given: '/opt/terraform-provider-aws_v5.41.0_x5', expect: '/opt/terraform-provider-aws_v#_x#', why: 'two numbers' },
  // Numbers.
  { given: '/opt/app/1.2.3-4/run', expect: '/opt/app/#/run', why: '#.#.# and #-# are one' },
  {
    given: '/usr/lib/x86_64-linux-gnu/y',
    expect: '/usr/lib/x#_#-linux-gnu/y',
    why: 'an underline keeps numbers apart',
  },
  { given: '/srv/backup-20260302/x', expect: '/srv/backup-#/x', why: 'a number alone is no hash, however long' },
  { given: '/proc/self/fd/3', expect: '/proc/self/fd/#', why: 'run by file descriptor' },
  { given: '/opt/tomcat10/x', expect: '/opt/tomcat#/x', why: 'a word with a number' },
  // Hashes and made-up names.
  { given: '/opt/a/deadbeef1/x', expect: '/opt/a/*/x', why: 'hex of eight or more with a digit' },
  { given: '/opt/abcdef12/x', expect: '/opt/*/x', why: 'eight are enough' },
  { given: '/opt/abcdef1/x', expect: '/opt/abcdef#/x', why: 'seven are not' },
  { given: '/opt/deadbeef/x', expect: '/opt/deadbeef/x', why: 'hex without a digit may be a word' },
  { given: '/opt/a1b2c3d/x', expect: '/opt/*/x', why: 'six or more, letters and digits mixed' },
  { given: '/opt/a1b2c/x', expect: '/opt/a#b#c/x', why: 'five are too few' },
  { given: '/opt/aBcDeF/x', expect: '/opt/*/x', why: 'alternate case' },
  { given: '/opt/550e8400-e29b-41d4-a716-446655440000/x', expect: '/opt/*/x', why: 'a UUID is one name' },
  { given: '/usr/libexec/PackageKit', expect: '/usr/libexec/PackageKit', why: 'camel case is chosen by people' },
  { given: '/usr/sbin/NetworkManager', expect: '/usr/sbin/NetworkManager', why: '' },
  // Temporary and hidden places, detection-design-v3 §3.
  { given: '/tmp/qpZnh4/croc', expect: '/tmp/*/croc', why: 'small followed by capital' },
  { given: '/tmp/tmp.RupL1Zlpow/JRV174Nn', expect: '/tmp/tmp.*/*', why: 'mktemp -d' },
  { given: '/var/tmp/dracut.kxgkyH/init', expect: '/var/tmp/dracut.*/init', why: '' },
  { given: '/run/user/1000/.AucMSO', expect: '/run/user/#/.*', why: 'hidden too' },
  {
    given: '/home/eve/.cache/ab1cd/x',
    expect: '/home/*/.cache/*/x',
    why: 'digit followed by a letter below a hidden directory',
  },
  { given: '/tmp/abcdefghijklmN', expect: '/tmp/*', why: 'up to fourteen characters' },
  { given: '/tmp/abcdefghijklmnO', expect: '/tmp/abcdefghijklmnO', why: 'fifteen are left alone' },
  { given: '../ab1cd/x', expect: '../ab#cd/x', why: 'the parent is not hidden' },
  { given: '/opt/ab1cd/x', expect: '/opt/ab#cd/x', why: 'elsewhere the same token stays' },
  { given: '/tmp/FileServer/x', expect: '/tmp/FileServer/x', why: 'words with three small letters or more' },
  { given: '/tmp/JetBrains/x', expect: '/tmp/*/x', why: 'the price: "Jet" is too short to be sure' },
  { given: '/tmp/a1b2c3d-x-a1b2c3d', expect: '/tmp/*-x-*', why: 'more than one character apart stay two' },
  { given: '/opt/a1b2c3d-a1b2c3d', expect: '/opt/*-*', why: 'rows are joined in short-lived places only' },
  { given: '/tmp/a1b2c3d-a1b2c3d', expect: '/tmp/*', why: 'a row of made-up names is one' },
  // Homes.
  { given: '/home/eve/bin/mise', expect: '/home/*/bin/mise', why: 'each has a copy' },
  { given: '/home/x1/.nvm/v22.13.1/node', expect: '/home/*/.nvm/v#/node', why: '' },
  { given: '/home/eve', expect: '/home/eve', why: 'a file right below is nobody’s' },
  { given: '/srv/home/eve/x', expect: '/srv/home/eve/x', why: 'not a home of people' },
  { given: 'home/eve/x', expect: 'home/eve/x', why: 'below we do not know what' },
  { given: '/home/eve/home/bob/x', expect: '/home/*/home/bob/x', why: 'only the first' },
  // What the kernel and people add.
  { given: '/usr/sbin/sshd (deleted)', expect: '/usr/sbin/sshd', why: 'updated while it runs' },
  { given: '/memfd:payload (deleted)', expect: '/memfd:payload', why: 'a file in memory only' },
  { given: '/x (deleted) (deleted)', expect: '/x', why: 'a file whose own name ends so' },
  { given: '/x (deleted)/y', expect: '/x (deleted)/y', why: 'only at the end' },
  { given: './x.py', expect: 'x.py', why: 'dots and double slashes say nothing' },
  { given: '/usr//bin/./x/', expect: '/usr/bin/x', why: '' },
  { given: '../x.py', expect: '../x.py', why: 'but the parent does' },
  { given: '__proto__', expect: '__proto__', why: 'a name like any other' },
  { given: '/', expect: '/', why: '' },
  { given: '', expect: '', why: '' },
]

for (const { given, expect, why } of TABLE) {
  test(`the path ${JSON.stringify(given)} is normalised to ${expect}${why && ` (${why})`}`, () => {
    assert.equal(normalizePath(given), expect)
  })
}

/** Text that looks like paths more often than chance would have it. */
const pathish = fc
  .array(
    fc.constantFrom(
      '/',
      '/tmp/',
      '.',
      '..',
      '-',
      '_',
      'aB',
      'c1D',
      '12',
      '9',
      'deadbeef',
      'Word',
      'x',
      ' (deleted)',
      '*',
      '#',
    ),
  )
  .map((parts) => parts.join(''))

test('a normalised path is its own normal form', () => {
  fc.assert(
    fc.property(fc.oneof(pathish, fc.string({ unit: 'binary' })), (path) => {
      const once = normalizePath(path)
      assert.equal(normalizePath(once), once)
    }),
    { numRuns: 500 },
  )
})

test('a normalised path holds no digits, so that no number can make it new', () => {
  fc.assert(fc.property(pathish, (path) => assert.doesNotMatch(normalizePath(path), /\d/)))
})
