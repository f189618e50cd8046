import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { testFolder } from './testing/folder.ts'
import { run } from './testing/run.ts'
import { ecsLines, week } from './testing/week.ts'

const FOLDER = testFolder()

/** What a terminal, a browser or an editor would act on: controls but newline, direction marks, zero-width and tag characters. */
const ACTING =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/u

const PAYLOAD = '\u001b[2J\u0007\r\n\u009b31m\u202egnp.exe\u2066\u200b\u{e0041}\u007f\u2028'

describe('a host that puts control and direction characters into every name', () => {
  const name = (text: string) => `${text}${PAYLOAD}<img src=x onerror=alert(1)>=cmd|'/c'!A1`
  const log = FOLDER.write(
    `control.ndjson`,
    ecsLines(week({ process: name('xm'), user: name('us') }).map((use) => ({ ...use, host: name(use.host) }))),
  )
  const html = join(FOLDER.path, 'report.html')

  for (const args of [['--format', 'table'], ['--json'], ['--format', 'csv'], ['--html', html], ['--threshold', '0']])
    test(`acts on nobody's terminal with ${args[0]} ${args[1]?.replace(FOLDER.path, '') ?? ''}`, async () => {
      const { code, out, err } = await run(['scan', log, ...args])
      assert.equal(code, 0)
      assert.doesNotMatch(out, ACTING)
      assert.doesNotMatch(err, ACTING)
      if (args[0] !== '--html') assert.match(out, /xm/)
    })

  test('gets no markup of its own into the page', () => {
    const page = readFileSync(html, 'utf8')
    assert.doesNotMatch(page, ACTING)
    assert.match(page, /xm/)
    assert.doesNotMatch(page, /<img/)
  })

  test('is told as it was in JSON', async () => {
    const { out } = await run(['scan', log, '--json'])
    const alert = JSON.parse(out)
    assert.equal(alert.process.name, name('xm'))
    assert.equal(alert.host.name, name('web-1'))
    assert.equal(alert.user.name, name('us'))
  })

  test('writes no formula into a cell of CSV, and no line of its own', async () => {
    const formula = FOLDER.write('formula.ndjson', ecsLines(week({ process: '=1+1\n+2', user: '@SUM(A1)' })))
    const { out } = await run(['scan', formula, '--format', 'csv'])
    const [header, ...rows] = out.trimEnd().split('\n')
    assert.equal(rows.length, 1)
    const column = (title: string) => rows[0]!.split(',')[header!.split(',').indexOf(title)]
    assert.equal(column('process.name'), "'=1+1␊+2")
    assert.equal(column('user.name'), "'@SUM(A1)")
  })

  test('acts on nobody through decode', async () => {
    const { out } = await run(['decode', log])
    assert.doesNotMatch(out, ACTING)
    assert.ok(out.split('\n').some((line) => line !== '' && JSON.parse(line).process.name === name('xm')))
  })

  test('acts on nobody through the name of a file, or of an argument', async () => {
    const path = FOLDER.write('\u001b[2J\u202e.log', 'no log')
    for (const args of [
      ['scan', path],
      ['scan', `${path}-missing`],
      ['scan', log, path],
      ['scan', log, '--job', PAYLOAD],
      ['scan', log, '--since', PAYLOAD],
      ['scan', log, '--rejects', `/no-such-folder/${PAYLOAD}`],
    ]) {
      const { err } = await run(args)
      assert.doesNotMatch(err, ACTING, args.join(' '))
    }
  })
})

for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty'])
  test(`${name} is a name like any other for a process, a host and a user`, async () => {
    const log = FOLDER.write(
      `${name}.ndjson`,
      ecsLines(
        week({ process: name, user: name }).map((use) => ({ ...use, host: use.host === 'web-1' ? name : use.host })),
      ),
    )
    const html = join(FOLDER.path, `${name}.html`)
    const { code, out } = await run(['scan', log, '--json', '--html', html])
    assert.equal(code, 0)
    const alert = JSON.parse(out)
    assert.deepEqual([alert.process.name, alert.host.name, alert.user.name], [name, name, name])
    assert.match(
      alert['kibana.alert.reason'],
      new RegExp(`^/dev/shm/${name} on ${name} used the network for the first time`),
    )
    assert.match(readFileSync(html, 'utf8'), new RegExp(name))
    assert.match((await run(['scan', log])).out, new RegExp(name))
    assert.match((await run(['scan', log, '--format', 'csv'])).out, new RegExp(name))
  })
