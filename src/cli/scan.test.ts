import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { testFolder } from './testing/folder.ts'
import { run } from './testing/run.ts'
import { ecsLines, WEEK_START, week } from './testing/week.ts'

const FOLDER = testFolder()
const LOG = FOLDER.write('week.ndjson', ecsLines(week()))
const QUIET = FOLDER.write('quiet.ndjson', ecsLines(week().filter(({ process }) => process !== 'xmrig')))
const ODD_TIME = WEEK_START + 6 * 24 * 3_600_000

describe('scan', () => {
  test('tells one alert as a sentence, and what was read beside it', async () => {
    const { code, out, err } = await run(['scan', LOG], { env: { COLUMNS: '200' } })
    assert.equal(code, 0)
    assert.equal(
      out,
      ` 66 major    /dev/shm/xmrig on web-1 used the network for the first time, after 6 days in which none of 2 hosts had shown it: once, to 203.0.113.7 on port 443, as www-data. Nothing in the fleet that
             keeps to its peers ever contacted 203.0.113.7:443. /dev/shm/xmrig was never seen in the fleet. Port 443 is new to /dev/shm/xmrig.
             2026-03-08 00:07 UTC · xmrig -x
`,
    )
    assert.match(
      err,
      /^1 alert in 5,377 events of 2 hosts, 2026-03-02 00:01 UTC to 2026-03-08 23:49 UTC; the job looked at 5,377 of them$/m,
    )
  })

  test('with --json gives a line for each alert, with the fields of the API', async () => {
    const { out } = await run(['scan', LOG, '--json'])
    assert.equal(out.trimEnd().split('\n').length, 1)
    const alert = JSON.parse(out)
    assert.match(alert['@timestamp'], /^2026-03-08T00:\d\d:\d\d\.\d{3}Z$/)
    assert.equal(alert.timestamp, ODD_TIME)
    assert.equal(alert.process.name, 'xmrig')
    assert.equal(alert.host.name, 'web-1')
    assert.equal(alert.user.name, 'www-data')
    assert.deepEqual(alert.destination.ip, ['203.0.113.7'])
    assert.ok(alert.record_score > 50 && alert.record_score <= 100)
    assert.equal(alert['kibana.alert.severity'], 'medium')
    assert.equal(alert['kibana.alert.workflow_status'], 'open')
    assert.equal(alert['kibana.alert.original_time'], '2026-03-08T00:00:00.000Z')
    assert.match(alert['kibana.alert.uuid'], /^[0-9a-f]{20,}/)
    assert.match(alert['kibana.alert.reason'], /^\/dev\/shm\/xmrig on web-1 used the network for the first time/)
    assert.ok(alert['kibana.alert.rule.name'])
    assert.equal(alert.oddsock.evidence.events.length, 1)
    assert.equal(alert.oddsock.evidence.events[0].process.name, 'xmrig')
  })

  test('with --format csv gives a header and a row for each alert', async () => {
    const { out } = await run(['scan', LOG, '--format', 'csv'])
    const [header, row, ...more] = out.trimEnd().split('\n')
    assert.match(header!, /^timestamp,record_score,process\.name,host\.name,user\.name,destination\.ip,/)
    assert.match(row!, new RegExp(`^${ODD_TIME},6\\d(\\.\\d+)?,xmrig,web-1,www-data,203\\.0\\.113\\.7,443,medium,`))
    assert.deepEqual(more, [])
  })

  test('with --job tells what another job finds', async () => {
    const { out } = await run(['scan', LOG, '--job', 'linux_anomalous_network_activity', '--json'])
    const alert = JSON.parse(out)
    assert.deepEqual([alert.job_id, alert.by_field_value], ['linux_anomalous_network_activity', 'xmrig'])
    assert.match(alert['kibana.alert.reason'], /, running \/dev\/shm\/xmrig\.$/)
  })

  test('runs several jobs side by side, tells what the first finds and counts the others', async () => {
    const job = ['--job', 'linux_novel_network_activity']
    const both = await run(['scan', LOG, '--json', ...job, '--job', 'linux_anomalous_network_activity'])
    assert.equal(both.out, (await run(['scan', LOG, '--json', ...job])).out)
    assert.match(
      both.err,
      /^The job linux_anomalous_network_activity, which ran beside it, has 1 alert: see them with --job linux_anomalous_network_activity$/m,
    )
  })

  test('tells nothing of a job whose rule the user has switched off, and says so', async () => {
    const rule = `[rule]\ntype = "machine_learning"\nname = "Mine"\ndescription = ""\nseverity = "low"\nrisk_score = 1
machine_learning_job_id = "linux_novel_network_activity"\nanomaly_threshold = 1\nenabled = false\n`
    const { code, out, err } = await run(['scan', LOG, '--rules', FOLDER.write('off.toml', rule)])
    assert.deepEqual({ code, out }, { code: 0, out: '' })
    assert.match(
      err,
      /^Rule "Mine" is switched off \(enabled\): the job linux_novel_network_activity runs, and nobody/m,
    )
    assert.doesNotMatch(err, /--threshold/)
  })

  test('says little of many rules that are about other jobs', async () => {
    const rules = Array.from({ length: 20 }, (_, i) =>
      JSON.stringify({
        ...{
          rule_id: `r${i}`,
          type: 'machine_learning',
          name: `r${i}`,
          description: '',
          severity: 'low',
          risk_score: 1,
        },
        ...{ machine_learning_job_id: `windows_${i}`, anomaly_threshold: 50 },
      }),
    )
    const { err } = await run(['scan', LOG, '--rules', FOLDER.write('export.ndjson', rules.join('\n'))])
    assert.match(err, /^None of your rules is about .*\nRule "r0" is about the job windows_0, which does not run: /m)
    assert.equal(err.match(/does not run/g)!.length, 11)
    assert.match(err, /^9 more notes of this kind/m)
  })

  test('goes on without a document of the rules that is wrong, and says which', async () => {
    const item = (value: unknown) =>
      JSON.stringify({
        ...{ list_id: 'l', item_id: 'i' },
        entries: [{ field: 'process.name', operator: 'included', type: 'match', value }],
      })
    const items = FOLDER.write('items.ndjson', `${item(7)}\n${item('xmrig')}\n`)
    const { code, out, err } = await run(['scan', LOG, '--rules', items])
    assert.deepEqual({ code, out }, { code: 0, out: '' })
    assert.match(err, /^Cannot load exception: .* \([^ ]*items\.ndjson:1:\d+\): it is left out$/m)
  })

  test('says which settings of a rule and of a job do nothing', async () => {
    const { job_id, ...shipped } = JSON.parse(
      readFileSync(new URL('../../content/jobs/linux_anomalous_network_activity.json', import.meta.url), 'utf8'),
    )
    const feed = { ...shipped.datafeed_config, job_id: 'mine', runtime_mappings: { dir: { type: 'keyword' } } }
    const job = FOLDER.write('mine.json', JSON.stringify({ ...shipped, job_id: 'mine', datafeed_config: feed }))
    const rule = FOLDER.write(
      'suppressed.toml',
      `[rule]\ntype = "machine_learning"\nname = "Mine"\ndescription = ""\nseverity = "low"\nrisk_score = 1
machine_learning_job_id = "mine"\nanomaly_threshold = 1\nalert_suppression = { group_by = ["host.name"] }\n`,
    )
    const { err } = await run(['scan', LOG, '--job', job, '--rules', rule])
    assert.match(err, /^alert_suppression of rule "Mine" is not supported and has no effect$/m)
    assert.match(err, /^datafeed_config\.runtime_mappings of job "mine" is not supported and has no effect$/m)
  })

  test('with --alerts-per-day tells the oddest, and refuses it for a job that has no budget', async () => {
    const { out } = await run(['scan', LOG, '--json', '--alerts-per-day', '1000'])
    assert.equal(out.split('\n').filter(Boolean).length, 1)
    const { code, err } = await run(['scan', LOG, '--alerts-per-day', '1', '--job', 'linux_anomalous_network_activity'])
    assert.deepEqual([code, /^ code: BUDGET_WITHOUT_NOVELTY$/m.test(err)], [2, true])
  })

  test('with --html writes the page, and nothing to standard output', async () => {
    const path = join(FOLDER.path, 'report.html')
    const { code, out, err } = await run(['scan', LOG, '--html', path])
    assert.deepEqual({ code, out }, { code: 0, out: '' })
    assert.match(err, /^Report: .*report\.html$/m)
    assert.match(readFileSync(path, 'utf8'), /^<!doctype html>.*xmrig/is)
  })

  test('finds nothing in a quiet week, and says where it looked', async () => {
    const { code, out, err } = await run(['scan', QUIET])
    assert.deepEqual({ code, out }, { code: 0, out: '' })
    assert.match(err, /^0 alerts in 5,376 events of 2 hosts, 2026-03-02 00:01 UTC to 2026-03-08 23:49 UTC/)
  })

  test('reads standard input, and says that it keeps a copy unless it is told not to', async () => {
    const stdin = ecsLines(week())
    const { err, out } = await run(['scan', '-', '--json'], { stdin })
    assert.match(
      err,
      /^A copy of standard input \(4 GiB at most\) is kept in ".*" while this runs.*--no-spool does without$/m,
    )
    assert.equal(JSON.parse(out).oddsock.evidence.events.length, 1)
    const without = await run(['scan', '-', '--json', '--no-spool'], { stdin })
    assert.doesNotMatch(without.err, /copy/)
    const { evidence } = JSON.parse(without.out).oddsock
    assert.deepEqual([evidence.events.length, evidence.count], [0, 1])
  })

  for (const { args, alerts, why } of [
    { args: ['--since', '2026-03-08'], alerts: 1, why: 'from its day on' },
    { args: ['--since', '2026-03-08T00:15:00Z'], alerts: 0, why: 'from the next interval on' },
    { args: ['--until', '2026-03-08T00:15:00Z'], alerts: 1, why: 'up to its end' },
    { args: ['--until', '2026-03-08'], alerts: 0, why: 'up to its beginning' },
    { args: ['--since', '1d'], alerts: 0, why: 'of the last day, years later' },
    { args: ['--threshold', '66'], alerts: 1, why: 'at its score' },
    { args: ['--threshold', '99'], alerts: 0, why: 'far above its score' },
  ])
    test(`with ${args.join(' ')} gives ${alerts === 1 ? 'the alert' : 'no alert'}: ${why}`, async () => {
      const { code, out } = await run(['scan', LOG, '--json', '-q', ...args])
      assert.equal(code, 0)
      assert.equal(out.split('\n').filter(Boolean).length, alerts)
    })

  for (const { log, args, code, why } of [
    { log: LOG, args: ['--fail-on', 'low'], code: 1, why: 'an alert is that severe' },
    { log: LOG, args: ['--fail-on', 'medium'], code: 1, why: 'an alert is just that severe' },
    { log: LOG, args: ['--fail-on', 'high'], code: 0, why: 'no alert is that severe' },
    { log: QUIET, args: ['--fail-on', 'low'], code: 0, why: 'there is no alert' },
  ])
    test(`with ${args.join(' ')} exits with ${code} where ${why}`, async () => {
      assert.equal((await run(['scan', log, '-q', ...args])).code, code)
    })

  test('lists what lies in an odd place, though it was there before the first line', async () => {
    const uses = week().map((use) => (use.process === 'chronyd' ? { ...use, directory: '/var/tmp/.x' } : use))
    const { out } = await run(['scan', FOLDER.write('implanted.ndjson', ecsLines(uses)), '-q'])
    assert.match(
      out,
      /\nIn odd places, .* not alerts\):\n {2}\/var\/tmp\/\.x\/chronyd {2}in 672 of 672 intervals, 1,344 events, on web-1 and web-2\n$/,
    )
    assert.doesNotMatch((await run(['scan', LOG, '-q'])).out, /odd places/)
  })

  test('with --explain answers what whoever judges it asks, and says what made the score', async () => {
    const { out } = await run(['scan', LOG, '-q', '--explain'])
    const lines = out.split('\n').map((line) => line.trim())
    const named = (name: string) => lines.some((line) => line.startsWith(name))
    for (const name of [
      'with whom',
      'by whom',
      'new or periodic',
      'what ran',
      'what came before',
      '+',
      'would not alert if',
    ])
      assert.ok(named(name), name)
    assert.match(out.replace(/\s+/g, ' '), /with whom Asked 1 outside \(203\.0\.113\.7\), on port 443\./)
    assert.doesNotMatch((await run(['scan', LOG, '-q'])).out, /with whom/)
  })

  test('with -q says nothing but its result', async () => {
    const { out, err } = await run(['scan', LOG, '-q'])
    assert.equal(err, '')
    assert.match(out, /xmrig/)
  })

  for (const { args, env, terminal, colored } of [
    { args: [], env: {}, terminal: true, colored: true },
    { args: [], env: {}, terminal: false, colored: false },
    { args: [], env: { NO_COLOR: '1' }, terminal: true, colored: false },
    { args: [], env: { TERM: 'dumb' }, terminal: true, colored: false },
    { args: [], env: { FORCE_COLOR: '1' }, terminal: false, colored: true },
    { args: ['--color', 'always'], env: { NO_COLOR: '1' }, terminal: false, colored: true },
    { args: ['--color', 'never'], env: { FORCE_COLOR: '1' }, terminal: true, colored: false },
  ])
    test(`is ${colored ? '' : 'not '}coloured ${terminal ? 'on a terminal' : 'on a pipe'} with ${JSON.stringify({ args, env })}`, async () => {
      const { out } = await run(['scan', LOG, ...args], { env, terminal })
      assert.equal(out.includes('\u001b['), colored)
      assert.match(out, /major/)
    })

  test('shows how far it is on a terminal, and clears that away before it says anything', async () => {
    const { err } = await run(['scan', LOG], { terminal: true })
    const [status, rest] = [err.slice(0, err.lastIndexOf('\r')), err.slice(err.lastIndexOf('\r'))]
    assert.match(status, /^\r\u001b\[K0 MB read, \d+ MB\/s/)
    assert.match(rest, /^\r\u001b\[K1 alert in 5,377 events/)
    assert.doesNotMatch((await run(['scan', LOG])).err, /MB/)
    assert.doesNotMatch((await run(['scan', LOG, '-q'], { terminal: true })).err, /MB/)
  })

  for (const flag of ['--html', '--rejects'])
    test(`with a file for ${flag} that cannot be written, says so before it reads anything, and exits with 3`, async () => {
      const { code, out, err } = await run(['scan', LOG, flag, '/no-such-folder/x'])
      assert.deepEqual({ code, out }, { code: 3, out: '' })
      assert.equal(
        err,
        'error: Cannot write "/no-such-folder/x": there is no such file or folder\n hint: Choose a place that may be written to, or make room there.\n code: OUTPUT_UNWRITABLE\n',
      )
    })

  test('leaves no report behind where there was nothing to scan', async () => {
    const path = join(FOLDER.path, 'none.html')
    assert.equal((await run(['scan', '/no/such/log', '--html', path])).code, 3)
    assert.equal(existsSync(path), false)
  })
})

describe('decode', () => {
  test('prints each event as one line of ECS', async () => {
    const { code, out, err } = await run(['decode', LOG])
    const lines = out.trimEnd().split('\n')
    assert.deepEqual({ code, err, lines: lines.length }, { code: 0, err: '', lines: 5377 })
    assert.equal(JSON.parse(lines[0]!).oddsock.program, '/usr/bin/nginx')
  })

  test('reads standard input where no file is named', async () => {
    const { out } = await run(['decode'], { stdin: 'type=SYSCALL msg=audit(1772409600.000:1): comm="curl"\n' })
    assert.equal(JSON.parse(out)['@timestamp'], '2026-03-02T00:00:00.000Z')
  })

  test('prints the host that the user says for events that name none', async () => {
    const { out } = await run(['decode', '--host', 'db-1'], { stdin: '{"@timestamp":"2026-03-02T00:00:00Z"}\n' })
    assert.equal(JSON.parse(out).host?.name ?? JSON.parse(out)['host.name'], 'db-1')
  })

  test('prints one event for the records of one serial, however many stand between them', async () => {
    const record = (serial: number, type: string) => `type=${type} msg=audit(1772409600.000:${serial}): comm="curl"\n`
    const { out } = await run(['decode'], {
      stdin: record(1, 'SYSCALL') + record(2, 'SYSCALL') + record(1, 'CWD') + record(2, 'EOE') + record(1, 'EOE'),
    })
    assert.equal(out.trimEnd().split('\n').length, 2)
  })

  test('counts rejects on standard error, and keeps them where it is told to', async () => {
    const kept = join(FOLDER.path, 'decode-rejects')
    const { code, err } = await run(['decode', '--format', 'audit-log', '--rejects', kept], { stdin: 'a\nb\n' })
    assert.equal(code, 0)
    assert.equal(err, '2 pieces rejected: no audit(…) header\n')
    assert.deepEqual(
      readFileSync(kept, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line).from),
      [0, 2],
    )
  })
})
