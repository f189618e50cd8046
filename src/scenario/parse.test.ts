import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseStory } from './parse.ts'

const FRAME = 'start 2026-01-06T00:00:00Z\nrun to 1h\n'

test('a story is read as it is told', () => {
  const { story } = parseStory(
    `# a comment
start 2026-01-06T00:00:00Z   # and another
job a profile=elastic-exact
job b.json
rule r anomaly_threshold=75 interval=1h max_signals=2
  except host.name=web-1 process.name="a \\"b\\" #c"
events every 5m from 0h to 1h30m
  network/start  process.name=nginx
\t process/start
events at 2h arriving 3h

  network/start a=b=c
crash at 1h
run to 4h
expect records from 0h to 1h
  none
expect alerts by 4h
  a=1±0.5
`,
    'x.scenario',
  )
  const hour = 3_600_000
  assert.deepEqual(story, {
    file: 'x.scenario',
    start: Date.UTC(2026, 0, 6),
    jobs: [
      { line: 3, name: 'a', profile: 'elastic-exact' },
      { line: 4, name: 'b.json' },
    ],
    rules: [
      {
        line: 5,
        name: 'r',
        settings: [
          ['anomaly_threshold', '75'],
          ['interval', '1h'],
          ['max_signals', '2'],
        ],
        exceptions: [
          [
            ['host.name', 'web-1'],
            ['process.name', 'a "b" #c'],
          ],
        ],
      },
    ],
    events: [
      {
        line: 7,
        from: 0,
        to: 1.5 * hour,
        every: 300_000,
        templates: [
          { category: 'network', type: 'start', fields: [['process.name', 'nginx']] },
          { category: 'process', type: 'start', fields: [] },
        ],
      },
      {
        line: 10,
        from: 2 * hour,
        to: 2 * hour + 1,
        every: 1,
        arriving: 3 * hour,
        templates: [{ category: 'network', type: 'start', fields: [['a', 'b=c']] }],
      },
    ],
    crashes: [hour],
    run: 4 * hour,
    expectations: [
      { of: 'records', from: 0, to: hour, line: 15, lastLine: 16, rows: [] },
      { of: 'alerts', from: 0, to: 4 * hour, line: 17, lastLine: 18, rows: [[['a', '1±0.5']]] },
    ],
  })
})

const FAULTS: readonly { given: string; at: string; says: RegExp }[] = [
  { given: `${FRAME}meet at 1h\n`, at: '3:1', says: /"meet" is no verb, expected start, job, rule/ },
  { given: `  none\n${FRAME}`, at: '1:3', says: /belongs to the statement above/ },
  { given: 'run to 1h\n', at: '1:1', says: /does not begin: expected "start/ },
  { given: 'start 2026-01-06T00:00:00Z\n', at: '1:1', says: /nothing runs: expected "run to/ },
  { given: 'start yesterday\nrun to 1h\n', at: '1:7', says: /"yesterday" is no time/ },
  { given: `${FRAME}start 2026-01-06T00:00:00Z\n`, at: '3:1', says: /starts once/ },
  { given: `${FRAME}run to 2h\n`, at: '3:1', says: /runs once/ },
  { given: `${FRAME}job\n`, at: '3:5', says: /ends early, expected the id of a job/ },
  { given: `${FRAME}job a b\n`, at: '3:7', says: /"b" says nothing, expected field=value/ },
  { given: `${FRAME}job a  colour=red\n`, at: '3:8', says: /"colour" is not known here, expected profile/ },
  {
    given: `${FRAME}job a profile=__proto__\n`,
    at: '3:7',
    says: /"__proto__" is no profile, expected elastic-exact or/,
  },
  { given: `${FRAME}job a\n  b=c\n`, at: '4:3', says: /"job" takes no indented lines/ },
  { given: `${FRAME}rule a anomaly_threshold=150\n`, at: '3:8', says: /anomaly_threshold is 150, expected 0 to 100/ },
  { given: `${FRAME}rule a interval=0m\n`, at: '3:8', says: /interval is 0m, expected a duration/ },
  { given: `${FRAME}rule a\n  host.name=b\n`, at: '4:3', says: /not expected here, but "except"/ },
  { given: `${FRAME}events at 1h\n`, at: '3:1', says: /no event follows/ },
  { given: `${FRAME}events at 1x\n  network/start\n`, at: '3:11', says: /"1x" is no duration/ },
  {
    given: `${FRAME}events at 1h soon\n  network/start\n`,
    at: '3:14',
    says: /"soon" was not expected here, but "arriving"/,
  },
  { given: `${FRAME}events every 0h from 0h to 1h\n  network/start\n`, at: '3:14', says: /never end/ },
  { given: `${FRAME}events at 1h\n  connect a=b\n`, at: '4:3', says: /"connect" is no kind of event/ },
  { given: `${FRAME}crash 1h\n`, at: '3:7', says: /"1h" was not expected here, but "at"/ },
  { given: `${FRAME}expect peace by 1h\n  none\n`, at: '3:8', says: /"peace" cannot be expected/ },
  { given: `${FRAME}expect alerts by 1h\n`, at: '3:1', says: /nothing follows/ },
  { given: `${FRAME}expect alerts by 1h 2h\n  none\n`, at: '3:21', says: /"2h" is too much/ },
  { given: `${FRAME}expect alerts by 1h\n  none\n  none\n`, at: '4:3', says: /"none" says nothing/ },
  { given: `${FRAME}expect alerts by 1h\n  record_score=high±1\n`, at: '4:3', says: /no number with a tolerance/ },
  { given: `${FRAME}expect alerts by 1h\n  a=1  at=soon\n`, at: '4:8', says: /no time of a story/ },
]

for (const { given, at, says } of FAULTS)
  test(`a fault has its place: ${says.source}`, () => {
    const { story, problems } = parseStory(given, 'x.scenario')
    assert.equal(story, undefined)
    assert.deepEqual(
      problems.map(({ where, code }) => [where, code]),
      [[`x.scenario:${at}`, 'SCENARIO_UNREADABLE']],
    )
    assert.match(problems[0]!.message, says)
  })

test('all faults are told at once', () => {
  const { problems } = parseStory('start x\njob\nexpect y\nrun to z\n', 'x.scenario')
  assert.deepEqual(
    problems.map(({ where }) => where),
    ['1:7', '2:5', '3:8', '4:8'].map((place) => `x.scenario:${place}`),
  )
})
