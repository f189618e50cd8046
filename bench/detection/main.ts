import { parseArgs } from 'node:util'
import { bandOf, DEFAULT_THRESHOLD, natsOf } from '../../src/anomaly/novelty/record-score.ts'
import { hostsOf, newNames, noveltyAt, noveltyFound, noveltyWithin, rareAlerts, type Seen } from './detectors.ts'
import { measureMade } from './made.ts'
import {
  type Alert,
  afterWarmUp,
  bestScores,
  daysOf,
  IN_TIME,
  medianDelay,
  PER_DAY,
  recallAt,
  recallOf,
  right,
} from './score.ts'
import { see } from './see.ts'
import { readTruth, type Truth } from './truth.ts'

/**
 * How well do the jobs detect? Reads fleets in the layout of the development fleets (`events/`, `truth.json`), runs both jobs and
 * two yardsticks, and prints one table: recall in per cent of attacks at so many alerts a day, at any time / within a day of the
 * first visible event, then the whole load.
 */
const HELP = `usage: npm run bench:detection -- [FOLDER…] [--made] [--sizes 4,8,16] [--seeds 3]
  --made        fleets that are made now, with attacks and without, of several sizes and seeds
  FOLDER@DAYS   a folder that holds only the end of a run: alerts of the run's first DAYS days are dropped
Rows: "one threshold" ranks the alerts of a scan with default settings; "threshold to fit" runs the job, for each column, at the
lowest threshold that keeps to the column's alerts a day; "online budget" keeps to them as a server does, and says how well.`

const RARE_THRESHOLD = 50
/** Thresholds in nats that are tried. */
const TRIED = Array.from({ length: 29 }, (_, i) => 2.5 + i * 0.25)

const { positionals, values } = parseArgs({
  allowPositionals: true,
  strict: true,
  options: {
    made: { type: 'boolean', default: false },
    sizes: { type: 'string', default: '4,8,16' },
    seeds: { type: 'string', default: '3' },
  },
})
if (positionals.length === 0 && !values.made) console.log(HELP)
for (const argument of positionals) {
  const [folder = '', warmUp] = argument.split('@')
  await measure(readTruth(folder, warmUp === undefined ? undefined : Number(warmUp)))
}
if (values.made) await measureMade(values.sizes.split(',').map(Number), Number(values.seeds))

async function measure(truth: Truth): Promise<void> {
  const [novelty, rare] = await see(truth.folder)
  console.log(`\n${truth.name}: ${truth.attacks.length} attacks, ${daysOf(truth).toFixed(1)} days scored`)
  print(['detector', ...PER_DAY.map((n) => `${n} a day`), 'alerts a day', 'median delay'])
  const tell = (name: string, all: readonly Alert[], isAlert: (alert: Alert) => boolean = () => true) => {
    const alerts = afterWarmUp(truth, all)
    const told = alerts.filter(isAlert)
    const cells = PER_DAY.map((n) => cell(recallAt(truth, alerts, n), recallAt(truth, alerts, n, IN_TIME)))
    print([name, ...cells, perDay(truth, told), `${medianDelay(truth, told).toFixed(0)} min`])
  }
  tell('novelty, one threshold', noveltyAt(novelty.seen, DEFAULT_THRESHOLD))
  printFitted(truth, novelty.seen)
  printBudgets(truth, novelty.seen)
  const rareRecords = rare.outcome.records.map(({ record }) => record)
  tell('rare by process.name', rareAlerts(rareRecords), ({ score }) => score >= RARE_THRESHOLD)
  tell('new name for 14 days', newNames(rare.seen, false))
  tell('new name on the host', newNames(rare.seen, true))
  printBands(truth, novelty.seen)
  printMissed(truth, novelty.seen)
}

/** How many alerts of each band are about an attack: whether a pager may ring. */
function printBands(truth: Truth, seen: Seen): void {
  const alerts = afterWarmUp(truth, noveltyAt(seen, DEFAULT_THRESHOLD))
  const cells = (['page', 'daily'] as const).map((band) => {
    const some = alerts.filter(({ score }) => bandOf(natsOf(score)) === band)
    return `${band} ${right(truth, some)} of ${some.length}`
  })
  console.log(`  alerts about an attack: ${cells.join(', ')}`)
}

/** Which attacks the default threshold misses, and the most that was found of them. */
function printMissed(truth: Truth, seen: Seen): void {
  const told = bestScores(truth, afterWarmUp(truth, noveltyAt(seen, DEFAULT_THRESHOLD)))
  const found = bestScores(truth, afterWarmUp(truth, noveltyFound(seen)))
  for (const attack of truth.attacks) {
    if (told.has(attack)) continue
    const score = found.get(attack)
    console.log(
      `  missed: ${attack.id} (${attack.kind}), ${score ? `${natsOf(score).toFixed(1)} nats` : 'nothing odd'}`,
    )
  }
}

/** With a budget that knows nothing in advance: alerts a day, and recall at any time. */
function printBudgets(truth: Truth, seen: Seen): void {
  const cells = PER_DAY.map((n) => {
    const alerts = afterWarmUp(truth, noveltyWithin(seen, n, hostsOf(seen)))
    return `${perDay(truth, alerts)}, ${Math.round(100 * recallOf(truth, alerts))} %`
  })
  print(['novelty, online budget', ...cells, '', ''])
}

function printFitted(truth: Truth, seen: Seen): void {
  const tries = TRIED.map((nats) => afterWarmUp(truth, noveltyAt(seen, nats)))
  const cells = PER_DAY.map((n) => {
    const fit = tries.find((alerts) => alerts.length <= Math.round(n * daysOf(truth))) ?? []
    return cell(recallOf(truth, fit), recallOf(truth, fit, IN_TIME))
  })
  print(['novelty, threshold to fit', ...cells, '', ''])
}

function cell(any: number, inTime: number): string {
  return `${Math.round(100 * any)} / ${Math.round(100 * inTime)}`
}

function perDay(truth: Truth, alerts: readonly Alert[]): string {
  return (alerts.length / daysOf(truth)).toFixed(1)
}

function print([name = '', ...cells]: readonly string[]): void {
  console.log(name.padEnd(26) + cells.map((text) => text.padStart(13)).join(''))
}
