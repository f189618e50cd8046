import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { HOUR, MINUTE } from '../domain/time.ts'
import { testFolder } from './testing/folder.ts'
import { run } from './testing/run.ts'

const FOLDER = testFolder()
const START = Date.parse('2026-03-02T00:00:00Z')
const ODD = START + 40 * HOUR

let serial = 0
function stamp(time: number): string {
  return `msg=audit(${(time / 1000).toFixed(3)}:${++serial}):`
}

/** 203.0.113.7:443, as the kernel writes a `sockaddr_in`. */
function connects(time: number, name: string): string {
  const at = stamp(time)
  return `type=SYSCALL ${at} arch=c000003e syscall=42 success=yes exit=0 a0=3 a1=7ff a2=10 a3=0 items=0 ppid=1 pid=${serial} auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=4294967295 comm="${name}" exe="/usr/bin/${name}" key="net"
type=SOCKADDR ${at} saddr=020001BBCB0071070000000000000000`
}

function executes(time: number, name: string): string {
  const at = stamp(time)
  return `type=SYSCALL ${at} arch=c000003e syscall=59 success=yes exit=0 a0=55 a1=55 a2=55 a3=8 items=2 ppid=900 pid=${serial} auid=1000 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=3 comm="${name}" exe="/usr/bin/${name}" key="exec"
type=EXECVE ${at} argc=2 a0="${name}" a1="install"
type=PROCTITLE ${at} proctitle=${Buffer.from(`${name}\0install`).toString('hex').toUpperCase()}`
}

function says(time: number, type: string, text: string): string {
  return `type=${type} ${stamp(time)} pid=${serial} uid=0 auid=1000 ses=3 msg='${text}'`
}

/** Forty hours of the same, then what is odd, and what auditd records by itself in the hour before. */
function auditLog(acct: string): string {
  const lines: [number, string][] = []
  for (let time = START; time < START + 42 * HOUR; time += 15 * MINUTE) lines.push([time, connects(time, 'nginx')])
  for (let time = ODD - 58 * MINUTE; time < ODD; time += 10 * MINUTE)
    lines.push([
      time,
      says(
        time,
        'USER_START',
        `op=PAM:session_open acct="root" exe="/usr/sbin/cron" hostname=? addr=? terminal=cron res=success`,
      ),
    ])
  const login = ODD - 25 * MINUTE
  const from = 'exe="/usr/sbin/sshd" hostname=198.51.100.4 addr=198.51.100.4 terminal=ssh'
  lines.push(
    [login, says(login, 'USER_AUTH', `op=PAM:authentication acct=${acct} ${from} res=success`)],
    [login + 1, says(login + 1, 'CRED_ACQ', `op=PAM:setcred acct=${acct} ${from} res=success`)],
    [login + 2, says(login + 2, 'USER_START', `op=PAM:session_open acct=${acct} ${from} res=success`)],
    [login + 9, says(login + 9, 'USER_LOGIN', `op=login acct="mallory" ${from} res=failed`)],
    [
      ODD - 20 * MINUTE,
      says(
        ODD - 20 * MINUTE,
        'SERVICE_START',
        'unit=cups comm="systemd" exe="/usr/lib/systemd/systemd" hostname=? addr=? terminal=? res=success',
      ),
    ],
    [ODD - 12 * MINUTE, executes(ODD - 12 * MINUTE, 'apt-get')],
    [ODD - 11 * MINUTE, executes(ODD - 11 * MINUTE, 'ls')],
    [ODD, connects(ODD, 'odd')],
  )
  return `${lines
    .sort(([a], [b]) => a - b)
    .map(([, line]) => line)
    .join('\n')}\n`
}

const SCAN = ['--json', '-q', '--host', 'h', '--threshold', '1', '--job', 'linux_anomalous_network_activity']

async function scanned(name: string, acct: string, ...more: readonly string[]) {
  const { code, out, err } = await run(['scan', FOLDER.write(name, auditLog(acct)), ...SCAN, ...more])
  assert.deepEqual({ code, err }, { code: 0, err: '' })
  const alert = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
    .find((one) => one.by_field_value === 'odd')
  return { before: alert.oddsock.before, says: alert.oddsock.answers.at(-1).says as string }
}

test('logins, services and installations of an audit log are found, quickly and when every line is parsed in full', async () => {
  const quick = await scanned('audit.log', '"alice"')
  assert.equal(
    quick.says,
    'The events do not name what started it. Within the hour before: `apt-get` was run by root 12 minutes earlier; ' +
      'the service cups started 20 minutes earlier; alice logged in from 198.51.100.4 25 minutes earlier; ' +
      '`cron` opened a session for root 6 times, last 8 minutes earlier.',
  )
  assert.deepEqual(quick.before.at(-1), {
    at: '2026-03-03T15:35:00.002Z',
    action: 'started-session',
    category: 'session',
    user: 'uid:1000',
    process: 'sshd',
    name: 'alice',
    source_ip: '198.51.100.4',
    count: 1,
  })
  assert.deepEqual(await scanned('audit.log', '"alice"', '--strict'), quick)
})

test('a name of a login that would act on a terminal does not', async () => {
  // auditd writes what is not plain as hex: ESC [2J, and a mark that turns the direction.
  const hex = Buffer.from('ev\u001b[2J\u202el').toString('hex').toUpperCase()
  const { before } = await scanned('hostile.log', hex)
  assert.equal(before.at(-1).name, 'ev\u001b[2J\u202el')
  const page = join(FOLDER.path, 'page.html')
  for (const form of [
    ['--format', 'csv'],
    ['--format', 'table'],
    ['--html', page],
  ]) {
    const { out } = await run(['scan', join(FOLDER.path, 'hostile.log'), ...SCAN.slice(1), ...form])
    assert.doesNotMatch(out, /\u001b|\u202e/)
  }
  const html = readFileSync(page, 'utf8')
  assert.match(html, /logged in from/)
  assert.doesNotMatch(html, /\u001b|\u202e/)
})
