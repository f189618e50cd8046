import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseStory } from './parse.ts'
import { judge, spell } from './report.ts'
import { runStory } from './run.ts'

/** Example W14 of the rare specification: 56.8, give or take 0.3. */
const W14 = /(record_score=)(?:56\.[5-9]|57\.[01])/g
const STORY = `start 2026-01-06T00:00:00Z
job  linux_anomalous_network_activity
rule unusual_linux_network
events every 15m from 0h to 168h
  network/start  process.name=nginx  host.name=web-1
events at 168h07m
  network/start  process.name="a b"  host.name=web-{1..2}
run to 169h
`

async function judged(expectations: string) {
  const text = STORY + expectations
  const { story } = parseStory(text, 'x.scenario')
  const { told, isTrue } = judge(text, story!, await runStory(story!))
  return { isTrue, told: told.slice(STORY.length) }
}

const TRUTHS: readonly { given: string; why: string }[] = [
  { given: 'expect records by 169h\n  process.name="a b" record_score=56.8±0.3 at=168h\n', why: 'by its fields' },
  {
    given: 'expect records from 168h to 169h\n  job_id=linux_anomalous_network_activity function=rare\n',
    why: 'by others of its fields',
  },
  { given: 'expect records from 0h to 168h\n  none\n', why: 'the end of a range of records is outside' },
  {
    given: 'expect alerts from 168h17m to 168h17m\n  host.name=web-2\n  host.name=web-1\n',
    why: 'in any order, end inside',
  },
  { given: 'expect alerts by 169h\n  severity=low\n  host.name=web-1\n', why: 'the looser line takes what is left' },
  { given: 'expect alerts by 169h\n  host.name=web-1 at=168h20m±3m\n  host.name=web-2\n', why: 'a tolerance of time' },
]

for (const { given, why } of TRUTHS)
  test(`a story is true: ${why}`, async () => {
    assert.deepEqual(await judged(given), { isTrue: true, told: given })
  })

const LIES: readonly { given: string; told: string; why: string }[] = [
  {
    why: 'a surprise, where none was expected',
    given: 'expect records by 169h # all of it\n  none\n# the end\n',
    told: 'expect records by 169h # all of it\n  process.name="a b"  record_score=W14±0.1  at=168h\n# the end\n',
  },
  {
    why: 'one too many, in the words of the expectation',
    given: 'expect alerts by 169h\n  process.name="a b"  host.name=web-1  record_score=56±2\n',
    told:
      'expect alerts by 169h\n  process.name="a b"  host.name=web-1  record_score=W14±2\n' +
      '  process.name="a b"  host.name=web-2  record_score=W14±2\n',
  },
  { why: 'one too few', given: 'expect alerts by 168h\n  process.name=x\n', told: 'expect alerts by 168h\n  none\n' },
  {
    why: 'another value; what is true stays as it was',
    given: 'expect records by 168h\n  none\n\nexpect records by 169h\n  influencers=host.name:web-3\n',
    told:
      'expect records by 168h\n  none\n\nexpect records by 169h\n' +
      '  influencers="host.name:web-1,host.name:web-2,process.name:a b,destination.ip:203.0.113.7"\n',
  },
  {
    why: 'one thing cannot stand for two lines',
    given: 'expect records by 169h\n  at=168h\n  at=168h\n',
    told: 'expect records by 169h\n  at=168h\n',
  },
]

for (const { given, told, why } of LIES)
  test(`a story is not true, and what happened stands in its place: ${why}`, async () => {
    const first = await judged(given)
    assert.equal(first.told.replaceAll(W14, '$1W14'), told)
    assert.equal(first.isTrue, false)
    assert.equal((await judged(first.told)).isTrue, true, 'what was printed can be pasted')
  })

test('durations are spelled as stories write them', () => {
  for (const [duration, spelled] of [
    [0, '0h'],
    [605_220_000, '168h07m'],
    [605_225_000, '168h07m05s'],
    [300_000, '5m'],
    [1, '1ms'],
    [3_600_001, '1h1ms'],
  ] as const)
    assert.equal(spell(duration), spelled)
})
