import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { testFolder } from './testing/folder.ts'
import { run } from './testing/run.ts'
import { ecsLines, week } from './testing/week.ts'

const FOLDER = testFolder()
const LOG = FOLDER.write('week.ndjson', ecsLines(week()))

interface Reasoned {
  readonly record_score: number
  readonly 'kibana.alert.severity': string
  readonly 'kibana.alert.risk_score': number
  readonly process: { readonly name: string }
  readonly host: { readonly name: string }
  readonly oddsock: {
    readonly nats: number
    readonly shown: boolean
    readonly sentence: string
    readonly terms: readonly { readonly nats: number; readonly sentence: string }[]
  }
}

async function alertsOf(...flags: string[]): Promise<Reasoned[]> {
  const { out } = await run(['scan', LOG, '--json', ...flags])
  return out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}

describe('the job that asks more than whether a name is rare', () => {
  test('alerts on the newcomer, with reasons that add up to the score', async () => {
    const alerts = await alertsOf()
    assert.deepEqual(
      alerts.map(({ process, host }) => [process.name, host.name]),
      [['xmrig', 'web-1']],
    )
    const [{ record_score, oddsock }] = alerts as [Reasoned]
    const sum = oddsock.terms.reduce((nats, term) => nats + term.nats, 0)
    assert.ok(Math.abs(sum - oddsock.nats) < 1e-9, `${sum} is not ${oddsock.nats}`)
    // docs/explanation/how-novelty-thinks.md: 100 / (1 + e^(−(nats − 5) / 2))
    assert.ok(Math.abs(record_score - 100 / (1 + Math.exp(-(oddsock.nats - 5) / 2))) < 1e-9)
    assert.match(
      oddsock.sentence,
      /^\/dev\/shm\/xmrig on web-1 used the network for the first time, .* was never seen in the fleet\./,
    )
  })

  test('grades an alert by how soon to look at it', async () => {
    // docs/explanation/what-a-score-means.md: from 8 nats high and 73, from 5 medium and 47, below low and 21.
    const low = await alertsOf('--threshold', '0')
    const expected = (nats: number) => (nats >= 8 ? ['high', 73] : nats >= 5 ? ['medium', 47] : ['low', 21])
    assert.deepEqual(
      low.map((alert) => [alert['kibana.alert.severity'], alert['kibana.alert.risk_score']]),
      low.map(({ oddsock }) => expected(oddsock.nats)),
    )
  })

  test('tells only what its incidents show, and more of it under a lower threshold', async () => {
    const low = await alertsOf('--threshold', '0')
    assert.ok(low.length > 0)
    assert.ok(low.every(({ oddsock }) => oddsock.shown))
    assert.deepEqual(await alertsOf('--threshold', '100'), [])
  })
})
