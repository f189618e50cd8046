import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { testFolder } from './testing/folder.ts'
import { run } from './testing/run.ts'
import { ecsLine, ecsLines, WEEK_START, week } from './testing/week.ts'

const FOLDER = testFolder()
const WEEK = ecsLines(week())
const AUDIT = 'type=SYSCALL msg=audit(1772409600.000:1): arch=c000003e syscall=42 success=yes exit=0 comm="curl"\n'
const YEAR = 365 * 24 * 3_600_000

/** The alerts of a run with --json, as process and host. */
const alertsOf = (out: string) =>
  out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .map((alert) => `${alert.process.name} on ${alert.host.name}`)

describe('a scan of input that cannot be read', () => {
  for (const { name, content, error } of [
    {
      name: 'binary',
      content: Buffer.from(Array.from({ length: 9999 }, (_, i) => (i * 31) % 256)),
      error: UNKNOWN('binary'),
    },
    { name: 'syslog', content: 'Mar  1 12:00:00 web-1 sshd[1]: hello\n', error: UNKNOWN('syslog') },
    { name: 'prose', content: 'x'.repeat(1_000_000), error: UNKNOWN('prose') },
    { name: 'packed binary', content: gzipSync(Buffer.alloc(99, 1)), error: UNKNOWN('packed binary') },
  ])
    test(`says of ${name} that it is no format that we know, and exits with 3`, async () => {
      const path = FOLDER.write(name, content)
      for (const command of ['scan', 'decode']) {
        const { code, out, err } = await run([command, path, '-q'])
        assert.deepEqual({ code, out }, { code: 3, out: '' })
        assert.equal(err, error.replace('VERB', command).replace('FOLDER', FOLDER.path))
      }
    })

  function UNKNOWN(name: string): string {
    return `error: Cannot VERB "FOLDER/${name}": it is neither an audit log nor ECS documents in JSON, one a line
 hint: If it is one all the same, say which: --format ecs-json or --format audit-log.
 code: INPUT_UNKNOWN
`
  }

  test('is told of an empty file, and is no failure', async () => {
    const path = FOLDER.write('empty', '')
    assert.deepEqual(await run(['scan', path]), { code: 0, out: '', err: 'No events: the input is empty\n' })
    assert.deepEqual(await run(['decode', path]), {
      code: 0,
      out: '',
      err: 'Nothing to decode: the input is empty\n',
    })
  })

  test('is told of a path that is not there, and exits with 3', async () => {
    assert.deepEqual(await run(['scan', '/no/such/audit.log']), {
      code: 3,
      out: '',
      err: 'error: Cannot read "/no/such/audit.log": there is no such file or folder\n hint: Check the path; a folder may be named as well.\n code: INPUT_MISSING\n',
    })
  })

  test('is told of a folder with nothing in it, and exits with 3', async () => {
    const path = join(FOLDER.path, 'nothing')
    mkdirSync(path)
    const { code, err } = await run(['scan', path])
    assert.equal(code, 3)
    assert.equal(
      err,
      `error: Cannot find a file to read in "${path}"
 hint: Name an audit.log, NDJSON of ECS documents, a folder of them, or - for standard input.
 code: INPUT_NONE
`,
    )
  })

  test('is told of a folder in which nothing is readable, and exits with 3', async () => {
    const path = join(FOLDER.path, 'circle')
    mkdirSync(path)
    symlinkSync('round', join(path, 'round'))
    const { code, err } = await run(['scan', path])
    assert.equal(code, 3)
    assert.match(err, /^error: Cannot read "[^"]*round": its links lead round in a circle\n/)
  })

  test('is told of a folder in which nothing is of a format that we know', async () => {
    const path = join(FOLDER.path, 'foreign')
    mkdirSync(path)
    FOLDER.write('foreign/a.txt', 'a')
    FOLDER.write('foreign/b.txt', 'b')
    const { code, err } = await run(['scan', path])
    assert.equal(code, 3)
    assert.match(err, /error: Cannot scan "[^"]*a\.txt", nor 1 other: it is neither/)
  })
})

describe('a scan of input that can be read in part', () => {
  test('reads the rest of a folder, names what it skipped, and exits with 0', async () => {
    const path = join(FOLDER.path, 'mixed')
    mkdirSync(path)
    FOLDER.write('mixed/a.ndjson', WEEK)
    FOLDER.write('mixed/notes.txt', 'not a log')
    const { code, out, err } = await run(['scan', path, '--json'])
    assert.deepEqual({ code, alerts: alertsOf(out) }, { code: 0, alerts: ['xmrig on web-1'] })
    assert.match(err, /^Skipped "[^"]*notes\.txt": it is neither an audit log nor ECS documents/m)
  })

  test('reads the rest of a folder with an unreadable file in it, and exits with 3', async () => {
    const path = join(FOLDER.path, 'partly')
    mkdirSync(path)
    FOLDER.write('partly/a.ndjson', WEEK)
    symlinkSync('nowhere', join(path, 'dangling'))
    const { code, out, err } = await run(['scan', path, '--json', '-q'])
    assert.deepEqual({ code, alerts: alertsOf(out) }, { code: 3, alerts: ['xmrig on web-1'] })
    assert.equal(err, `Cannot read "${path}/dangling": there is no such file or folder\n`)
  })

  test('judges half of a gzip file by what is in it, says so, and exits with 3', async () => {
    const packed = gzipSync(WEEK)
    const path = FOLDER.write('half.gz', packed.subarray(0, packed.length / 2))
    const { code, err } = await run(['scan', path])
    assert.equal(code, 3)
    assert.match(err, /^Cannot read "[^"]*half\.gz" to its end: its gzip data ends early\n/)
    assert.match(err, /0 alerts in [12],\d{3} events of 2 hosts/)
  })

  test('takes a line of 100 MB for one reject, and loses nothing around it', async () => {
    async function* stream(): AsyncGenerator<Buffer> {
      const middle = WEEK.indexOf('\n', WEEK.length / 2) + 1
      yield Buffer.from(WEEK.slice(0, middle))
      for (let i = 0; i < 100; i++) yield Buffer.alloc(1_000_000, '{')
      yield Buffer.from(`\n${WEEK.slice(middle)}`)
    }
    const { code, out, err } = await run(['scan', '-', '--json', '--no-spool'], { stdin: stream() })
    assert.deepEqual({ code, alerts: alertsOf(out) }, { code: 0, alerts: ['xmrig on web-1'] })
    assert.match(err, /^1 piece rejected: line longer than 16 MiB$/m)
    assert.match(err, /in 5,377 events/)
  })

  test('counts what is damaged by its reason, and keeps all of it in the file of --rejects', async () => {
    const lines = WEEK.split('\n')
    lines.splice(7, 0, '{"half":', '{"no":"time"}', '\u0000\u001b[2J}', '{"again":"no time"}')
    const path = FOLDER.write('damaged.ndjson', lines.join('\n'))
    const kept = join(FOLDER.path, 'kept.ndjson')
    const { code, out, err } = await run(['scan', path, '--json', '--rejects', kept])
    assert.deepEqual({ code, alerts: alertsOf(out) }, { code: 0, alerts: ['xmrig on web-1'] })
    assert.match(
      err,
      /^2 pieces rejected: no @timestamp\n1 piece rejected: line does not end in }\n1 piece rejected: not JSON\n/,
    )
    const at = lines.slice(0, 7).join('\n').length + 1
    assert.deepEqual(
      readFileSync(kept, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
      [
        { path, from: at, reason: 'line does not end in }', raw: '{"half":' },
        { path, from: at + 9, reason: 'no @timestamp', raw: '{"no":"time"}' },
        { path, from: at + 23, reason: 'not JSON', raw: '\u0000\u001b[2J}' },
        { path, from: at + 30, reason: 'no @timestamp', raw: '{"again":"no time"}' },
      ],
    )
  })

  test('with a --format that the input is not, rejects every line and says that nothing was read', async () => {
    const path = FOLDER.write('audit.log', AUDIT.repeat(3))
    const { code, err } = await run(['scan', path, '--format', 'ecs-json'])
    assert.equal(code, 0)
    assert.match(err, /^3 pieces rejected: line does not end in }\nNo events: nothing in the input could be read/)
  })
})

describe('a scan of a log whose clock went wrong', () => {
  test('by a year back counts the events as too late, and judges what came before', async () => {
    const after = WEEK_START + 6.5 * 24 * 3_600_000
    const wrong = week().map((use) => (use.time > after ? { ...use, time: use.time - YEAR } : use))
    const { code, out, err } = await run(['scan', '-', '--json'], { stdin: ecsLines(wrong) })
    const late = wrong.filter(({ time }) => time < WEEK_START).length
    assert.deepEqual({ code, alerts: alertsOf(out) }, { code: 0, alerts: ['xmrig on web-1'] })
    assert.match(err, new RegExp(`^${late} events of a time before the first interval`, 'm'))
  })

  test('by a year ahead for a moment sets those events aside, and judges what came after', async () => {
    const wrong = week().map((use, i) => (i >= 1000 && i < 1010 ? { ...use, time: use.time + YEAR } : use))
    const { code, out, err } = await run(['scan', '-', '--json'], { stdin: ecsLines(wrong) })
    assert.deepEqual({ code, alerts: alertsOf(out) }, { code: 0, alerts: ['xmrig on web-1'] })
    assert.match(err, /^10 events dated more than a day ahead of all others/m)
  })
})

test('a scan of 50,000 names of processes in one interval ends, and takes all of them in', async () => {
  const start = WEEK_START + 3 * 24 * 3_600_000
  const names = Array.from({ length: 50_000 }, (_, i) => ({
    ...{ time: start + i, host: 'web-1', process: `p-${i.toString(36)}`, user: 'root', ip: '10.0.0.1' },
  }))
  const uses = [...week(), ...names].sort((a, b) => a.time - b.time)
  const { code, err } = await run(['scan', '-', '--json', '--no-spool'], { stdin: ecsLines(uses) })
  assert.equal(code, 0)
  assert.match(err, /in 55,377 events of 2 hosts, .*; the job looked at 55,377 of them$/m)
  assert.doesNotMatch(err, /rejected/)
})

test('decode skips one input of many, says so, and prints the others', async () => {
  const first = FOLDER.write('one.log', AUDIT)
  const second = FOLDER.write('two.txt', 'not a log')
  const third = FOLDER.write('three.ndjson', `${ecsLine(week()[0]!, 1)}\n`)
  const { code, out, err } = await run(['decode', first, second, third])
  assert.equal(code, 0)
  assert.deepEqual(
    out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).process.name),
    ['curl', 'nginx'],
  )
  assert.match(err, /^Skipped "[^"]*two\.txt": it is neither/)
})
