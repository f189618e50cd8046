// Kills a server again and again while clients go on sending, and looks whether anything was lost or doubled.
// usage: npm run crash -- [--kills N] [--seed N] [--fault kill|pause|disk|clock|rival|all] [--traffic ordered|mixed|both] [--days N] [--rate N] [--keep]
import { parseArgs } from 'node:util'
import { SECOND } from '../../src/domain/time.ts'
import { FAULTS } from './faults.ts'
import { jobsOfTest } from './jobs.ts'
import { Product } from './product.ts'
import { run } from './run.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    fault: { type: 'string', default: 'kill' },
    traffic: { type: 'string', default: 'both' },
    days: { type: 'string', default: '3' },
    rate: { type: 'string', default: '1000' },
    keep: { type: 'boolean', default: false },
  },
})

const faults = FAULTS.filter(({ name }) => values.fault === 'all' || values.fault === name)
if (faults.length === 0)
  throw new RangeError(`Unknown fault "${values.fault}": ${FAULTS.map(({ name }) => name).join(', ')}, all`)
const kinds = (['ordered', 'mixed'] as const).filter((kind) => values.traffic === 'both' || values.traffic === kind)
if (kinds.length === 0) throw new RangeError(`Unknown traffic "${values.traffic}": ordered, mixed, both`)
const strikes = Math.ceil(Number(values.kills) / kinds.length)

const product = new Product()
const jobs = await jobsOfTest()
let wrong = 0
for (const fault of faults)
  for (const traffic of kinds) {
    const name = `${fault.name}-${traffic}`
    const began = performance.now()
    const log = (text: string) =>
      console.log(`  ${((performance.now() - began) / SECOND).toFixed(1).padStart(6)} s  ${text}`)
    console.log(`${fault.summary}: ${strikes} times, ${traffic} traffic, seed ${values.seed}`)
    try {
      const verdict = await run({
        ...{ name, product, fault, strikes, traffic, jobs, log },
        seed: Number(values.seed),
        days: Number(values.days),
        rate: Number(values.rate),
      })
      const { events, ticks, alerts, notices } = verdict
      log(`compared ${events} events, ${ticks} ticks, ${alerts} alerts, ${notices} notices`)
      for (const text of verdict.faults) log(`WRONG: ${text}`)
      wrong += verdict.faults.length
    } catch (error) {
      log(`WRONG: ${error instanceof Error ? error.stack : error}`)
      wrong++
    }
  }
if (values.keep || wrong > 0) console.log(`Kept for a look: ${product.folder}`)
else product.remove()
console.log(wrong === 0 ? 'Nothing lost, nothing doubled.' : `${wrong} things are wrong.`)
process.exit(wrong === 0 ? 0 : 1)
