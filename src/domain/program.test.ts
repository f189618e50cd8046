import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { programOf, readProgram } from './program.ts'

/** `exe` and the command line as a shell would take it; the list of arguments is given to the event. */
type Row = readonly [exe: string, args: readonly string[], program: string, why?: string]

const FILES: readonly Row[] = [
  ['/usr/sbin/nginx', ['nginx: worker process'], '/usr/sbin/nginx'],
  [
    '/usr/bin/curl',
    ['curl', '-s', 'https://example.org'],
    '/usr/bin/curl',
    'arguments of ordinary programs do not count',
  ],
  ['/usr/bin/curl (deleted)', ['curl'], '/usr/bin/curl', 'an update while it runs makes no new program'],
  ['/memfd:x (deleted)', ['x'], '/memfd:x'],
  ['/proc/self/fd/3', ['sshd'], '/proc/self/fd/#'],
  ['/usr/bin/env', ['env', 'python3', 'x.py'], '/usr/bin/env', 'env is gone once the interpreter runs'],
  ['/usr/sbin/php-fpm8.2', ['php-fpm: pool www'], '/usr/sbin/php-fpm#', 'a server, no interpreter of a script'],
  [
    '/usr/bin/node_exporter',
    ['node_exporter', 'x'],
    '/usr/bin/node_exporter',
    'only the whole name makes an interpreter',
  ],
  ['/usr/bin/shutdown', ['shutdown', 'now'], '/usr/bin/shutdown'],
  ['/usr/bin/__proto__', ['__proto__', 'x'], '/usr/bin/__proto__'],
]

const SCRIPTS: readonly Row[] = [
  // python
  ['/usr/bin/python3.11', ['python3', '/srv/a.py', '--port', '1'], '/usr/bin/python# /srv/a.py'],
  ['/usr/bin/python3.11', ['python3'], '/usr/bin/python#', 'someone types, or it reads standard input'],
  ['/usr/bin/python3.11', ['python3', '-W', 'ignore', 'x.py'], '/usr/bin/python# x.py', 'a value is no script'],
  ['/usr/bin/python3.11', ['python3', '-Wignore', 'x.py'], '/usr/bin/python# x.py'],
  ['/usr/bin/python3.11', ['python3', '-X', 'dev', '-uB', 'x.py'], '/usr/bin/python# x.py'],
  ['/usr/bin/python3.11', ['python3', '--check-hash-based-pycs', 'never', 'x.py'], '/usr/bin/python# x.py'],
  ['/usr/bin/python3.11', ['python3', '-m', 'http.server', '80'], '/usr/bin/python# -m http.server'],
  ['/usr/bin/python3.11', ['python3', '-Im', 'http.server'], '/usr/bin/python# -m http.server', 'letters share a dash'],
  ['/usr/bin/python3.11', ['python3', '-mhttp.server'], '/usr/bin/python# -m http.server'],
  ['/usr/bin/python3.11', ['python3', '-c', 'import socket'], '/usr/bin/python# <inline>'],
  ['/usr/bin/python3.11', ['python3', '-Bc', 'import socket'], '/usr/bin/python# <inline>'],
  ['/usr/bin/python3.11', ['python3', '-', 'x.py'], '/usr/bin/python# <inline>', 'code on standard input'],
  ['/usr/bin/python3.11', ['python3', '--', '-odd.py'], '/usr/bin/python# -odd.py', 'options end at --'],
  [
    '/usr/bin/python3.11',
    ['/usr/bin/python3', '/usr/bin/dnf', 'makecache'],
    '/usr/bin/python# /usr/bin/dnf',
    '#! line',
  ],
  ['/usr/bin/python3.11 (deleted)', ['python3', 'x.py'], '/usr/bin/python# x.py'],
  ['/usr/bin/python3.13t', ['python3', 'x.py'], '/usr/bin/python#t x.py', 'a build without the lock'],
  ['/usr/bin/python3.11', ['python3', '/tmp/tmp.aB3xY9/run.py'], '/usr/bin/python# /tmp/tmp.*/run.py'],
  ['/usr/bin/python3.11', ['python3', '__proto__'], '/usr/bin/python# __proto__'],
  ['/usr/bin/python3.11', ['python3', '-c'], '/usr/bin/python# <inline>', 'cut off'],
  ['/usr/bin/python3.11', ['python3', '-m'], '/usr/bin/python#', 'cut off before the name'],
  ['/opt/pypy3.10/bin/pypy3', ['pypy3', 'x.py'], '/opt/pypy#/bin/pypy# x.py'],
  // perl
  ['/usr/bin/perl', ['perl', '-I', 'lib', 'x.pl'], '/usr/bin/perl x.pl'],
  ['/usr/bin/perl', ['perl', '-Ilib', '-w', '-Mstrict', 'x.pl'], '/usr/bin/perl x.pl'],
  ['/usr/bin/perl', ['perl', '-lane', 'print'], '/usr/bin/perl <inline>'],
  ['/usr/bin/perl', ['perl', '-pi.bak', '-e', 's/a/b/', 'f'], '/usr/bin/perl <inline>'],
  ['/usr/bin/perl', ['perl', '-i.e', 'x.pl'], '/usr/bin/perl x.pl', '-i takes the rest of its word'],
  ['/usr/bin/perl5.36-x86_64-linux-gnu', ['perl', 'x.pl'], '/usr/bin/perl#-x#_#-linux-gnu x.pl'],
  // ruby
  ['/usr/bin/ruby3.1', ['ruby', '-r', 'json', '-Ilib', 'x.rb'], '/usr/bin/ruby# x.rb', '-r is a library here'],
  ['/usr/bin/ruby3.1', ['ruby', '-rsocket', '-e', 'puts'], '/usr/bin/ruby# <inline>'],
  // node
  ['/usr/bin/node', ['node', '--require', 'x', 'y.js'], '/usr/bin/node y.js'],
  ['/usr/bin/node', ['node', '-r', './x.js', 'y.js'], '/usr/bin/node y.js'],
  ['/usr/bin/node', ['node', '--import=tsx', '--enable-source-maps', 'y.ts'], '/usr/bin/node y.ts'],
  ['/usr/bin/node', ['node', '-e', 'x'], '/usr/bin/node <inline>'],
  ['/usr/bin/node', ['node', '-pe', 'x'], '/usr/bin/node <inline>'],
  ['/usr/bin/node', ['node', '--eval=x'], '/usr/bin/node <inline>'],
  ['/usr/bin/node', ['node', 'inspect', 'y.js'], '/usr/bin/node y.js'],
  ['/usr/bin/nodejs', ['nodejs', '/usr/bin/npm', 'ci'], '/usr/bin/nodejs /usr/bin/npm'],
  ['/opt/node-22.4/bin/node-22.4', ['node', 'y.js'], '/opt/node-#/bin/node-# y.js'],
  // php
  ['/usr/bin/php8.2', ['php', '-d', 'x=1', 'y.php'], '/usr/bin/php# y.php'],
  ['/usr/bin/php8.2', ['php', '-dx=1', '-f', 'y.php', '--', 'z'], '/usr/bin/php# y.php'],
  ['/usr/bin/php8.2', ['php', '-r', 'echo 1;'], '/usr/bin/php# <inline>', '-r is code here'],
  ['/usr/bin/php8.2', ['php', '-S', '0.0.0.0:80', '-t', 'www', 'router.php'], '/usr/bin/php# router.php'],
  ['/usr/bin/php8.2', ['php', '--file=y.php'], '/usr/bin/php# y.php'],
  // shells
  ['/bin/sh', ['sh', '-c', '/entrypoint.sh'], '/bin/sh <inline>'],
  ['/usr/bin/bash', ['bash', '-x', 'script'], '/usr/bin/bash script'],
  ['/usr/bin/bash', ['-bash'], '/usr/bin/bash', 'a login shell'],
  ['/usr/bin/bash', ['-bash', '-c', 'x'], '/usr/bin/bash <inline>'],
  ['/usr/bin/bash', ['bash', '-lic', 'x'], '/usr/bin/bash <inline>'],
  ['/usr/bin/bash', ['bash', '-o', 'pipefail', 'x.sh'], '/usr/bin/bash x.sh'],
  ['/usr/bin/bash', ['bash', '-euo', 'pipefail', 'x.sh'], '/usr/bin/bash x.sh'],
  ['/usr/bin/bash', ['bash', '-euo', 'pipefail', '-c', 'x'], '/usr/bin/bash <inline>'],
  ['/usr/bin/bash', ['bash', '-oe', 'pipefail', 'x.sh'], '/usr/bin/bash x.sh', 'the value of -o is never attached'],
  ['/usr/bin/bash', ['bash', '+x', '+o', 'noclobber', 'x.sh'], '/usr/bin/bash x.sh'],
  ['/usr/bin/bash', ['bash', '--rcfile', 'f', '--norc', 'x.sh'], '/usr/bin/bash x.sh'],
  ['/usr/bin/bash', ['bash', '-s', '--', 'arg'], '/usr/bin/bash <inline>', 'curl … | bash -s'],
  ['/usr/bin/dash', ['dash', '-e', '/var/lib/dpkg/info/x.postinst'], '/usr/bin/dash /var/lib/dpkg/info/x.postinst'],
  ['/bin/ksh93', ['ksh', 'x'], '/bin/ksh# x'],
  ['/usr/bin/zsh', ['zsh', '-c', 'x'], '/usr/bin/zsh <inline>'],
  ['/usr/bin/fish', ['fish', '--command=x'], '/usr/bin/fish <inline>'],
  // java
  ['/usr/bin/java', ['java', '-Xmx4g', '-jar', '/srv/app-1.2.jar', 'x'], '/usr/bin/java -jar /srv/app-#.jar'],
  ['/usr/bin/java', ['java', '-cp', 'a.jar:b.jar', '-Dx=y', 'org.example.Main'], '/usr/bin/java org.example.Main'],
  ['/usr/bin/java', ['java', '--class-path=a.jar', 'Main'], '/usr/bin/java Main'],
  ['/usr/bin/java', ['java', '-p', 'mods', '-m', 'a/b.Main'], '/usr/bin/java -m a/b.Main'],
  ['/usr/bin/java', ['java', '--add-opens', 'a/b=ALL-UNNAMED', 'Main'], '/usr/bin/java Main'],
  ['/usr/bin/java', ['java', '-version'], '/usr/bin/java'],
  // the others
  ['/usr/bin/lua5.4', ['lua', '-l', 'socket', 'x.lua'], '/usr/bin/lua# x.lua'],
  ['/usr/bin/lua5.4', ['lua', '-e', 'x'], '/usr/bin/lua# <inline>'],
  ['/usr/bin/luajit-2.1', ['luajit', '-O3', 'x.lua'], '/usr/bin/luajit-# x.lua'],
  ['/usr/bin/tclsh8.6', ['tclsh', '-encoding', 'utf-8', 'x.tcl'], '/usr/bin/tclsh# x.tcl'],
  ['/usr/lib/R/bin/exec/R', ['R', '--no-echo', '--file=x.R', '--args', 'y'], '/usr/lib/R/bin/exec/R x.R'],
  ['/usr/bin/Rscript', ['Rscript', '-e', '1'], '/usr/bin/Rscript <inline>'],
  ['/usr/bin/deno', ['deno', 'run', '--allow-net', 'x.ts'], '/usr/bin/deno x.ts'],
  ['/usr/bin/deno', ['deno', 'run', '-c', 'deno.json', 'run'], '/usr/bin/deno run', 'a verb only once'],
  ['/usr/bin/deno', ['deno', 'eval', 'x'], '/usr/bin/deno <inline>'],
  ['/usr/bin/bun', ['bun', 'run', 'x.ts'], '/usr/bin/bun x.ts'],
  ['/usr/bin/bun', ['bun', 'x.ts'], '/usr/bin/bun x.ts'],
]

for (const [executable, args, program, why] of [...FILES, ...SCRIPTS]) {
  /** Titles as /proc/PID/cmdline has them once a script has written its own. */
  const TITLES: readonly (readonly [exe: string, title: string, program: string])[] = [
    ['/usr/bin/perl', 'ddclient - sleeping for 300 seconds', '/usr/bin/perl ddclient'],
    ['/usr/bin/node', 'npm ci', '/usr/bin/node npm'],
    ['/usr/bin/node', 'npm install', '/usr/bin/node npm'],
    ['/usr/bin/python3.11', 'gunicorn: master [app]', '/usr/bin/python#'],
    ['/usr/bin/python3.11', 'python3 -', '/usr/bin/python# <inline>'],
    ['/usr/bin/bash', '-bash', '/usr/bin/bash'],
    // Under a false name something has to be run all the same.
    ['/usr/bin/python3.11', 'npm -c import_socket', '/usr/bin/python# <inline>'],
    ['/usr/bin/node', 'npm evil.js', '/usr/bin/node evil.js'],
    ['/usr/bin/perl', 'ddclient /tmp/x', '/usr/bin/perl /tmp/x'],
  ]
  for (const [executable, title, program] of TITLES)
    test(`${executable} with the title "${title}" is ${program}`, () =>
      assert.equal(programOf({ process: { executable, title } }), program))

  test(`${executable} started as ${JSON.stringify(args)} is the program ${program}${why ? ` (${why})` : ''}`, () => {
    assert.equal(programOf({ process: { executable, args } }), program)
  })
}

const OTHER_FIELDS: readonly { given: Record<string, unknown>; expect: string | undefined; why: string }[] = [
  { given: {}, expect: undefined, why: 'no process' },
  { given: { executable: '' }, expect: undefined, why: 'an empty path' },
  { given: { name: 'nginx' }, expect: 'nginx', why: 'the name, where there is no path' },
  { given: { name: '-bash' }, expect: 'bash', why: 'a login shell without path' },
  { given: { name: 'python3', args: ['python3', 'x.py'] }, expect: 'python# x.py', why: 'an interpreter without path' },
  {
    given: { name: 'dnf', executable: '/usr/bin/python3' },
    expect: '/usr/bin/python#',
    why: 'a thread name beside a path',
  },
  {
    given: { executable: '/bin/bash', command_line: `bash "/opt/my scripts/x.sh" y` },
    expect: '/bin/bash /opt/my scripts/x.sh',
    why: 'a command line with quotes',
  },
  {
    given: { executable: '/usr/bin/perl', title: 'perl /etc/munin/plugins/http_load' },
    expect: '/usr/bin/perl /etc/munin/plugins/http_load',
    why: 'the title, as Auditbeat has it',
  },
  {
    given: { executable: '/bin/sh', args: ['sh', 'a.sh'], command_line: 'sh b.sh', title: 'sh c.sh' },
    expect: '/bin/sh a.sh',
    why: 'the list of arguments is the most exact',
  },
  {
    given: { executable: '/usr/bin/python3.11', title: 'gunicorn: master [app]' },
    expect: '/usr/bin/python#',
    why: 'a title of its own making',
  },
  {
    given: { executable: '/bin/sh', args: ['sh x.sh'], command_line: 'sh x.sh' },
    expect: '/bin/sh x.sh',
    why: 'a list of one may be the whole line',
  },
  { given: { executable: '/bin/sh', args: ['sh', ''] }, expect: '/bin/sh', why: 'an empty argument' },
]

for (const { given, expect, why } of OTHER_FIELDS) {
  test(`the program is ${expect} for ${JSON.stringify(given)}: ${why}`, () => {
    assert.equal(programOf({ process: given }), expect)
  })
}

test('a program tells its executable, and where its code lies as the event wrote it', () => {
  const read = (executable: string, ...args: string[]) => readProgram({ process: { executable, args } })
  const python = { executable: '/usr/bin/python#' }
  assert.deepEqual(read('/usr/sbin/sshd (deleted)', 'sshd'), {
    name: '/usr/sbin/sshd',
    executable: '/usr/sbin/sshd',
    path: '/usr/sbin/sshd (deleted)',
  })
  assert.deepEqual(read('/usr/bin/python3.11', 'python3', '/tmp/a1.py'), {
    ...python,
    name: '/usr/bin/python# /tmp/a#.py',
    path: '/tmp/a1.py',
  })
  assert.deepEqual(read('/usr/bin/python3.11', 'python3', '-c', 'x'), {
    ...python,
    name: '/usr/bin/python# <inline>',
    path: '<inline>',
  })
  assert.deepEqual(read('/usr/bin/python3.11', 'python3', '-m', 'pip'), {
    ...python,
    name: '/usr/bin/python# -m pip',
    path: '/usr/bin/python3.11',
  })
})

test('no executable and no arguments make it throw', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('-', '--', '-c', '+o', '-m', '--x=', '__proto__'),
  )
  const executable = fc.oneof(hostile, fc.constantFrom('/bin/sh', '/usr/bin/python3', '/usr/bin/java', '/usr/bin/deno'))
  fc.assert(
    fc.property(executable, fc.array(hostile), fc.option(hostile), (executable, args, title) => {
      const program = programOf({ process: { executable, args, title } })
      assert.equal(program === undefined, executable === '')
    }),
  )
})
