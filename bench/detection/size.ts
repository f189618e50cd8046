// How much memory an entry of the job beyond names takes, how many observations it judges in a CPU second, and what a trial of an open
// bucket costs, beside a snapshot.
// usage: npm run bench:size [-- --hosts N]
import { parseArgs } from 'node:util'
import type { NoveltyJob as Built } from '../../src/anomaly/novelty/job.ts'
import { loadJob } from '../../src/config/content.ts'
import { NOVELTY_FIELDS } from '../../src/domain/novelty-fields.ts'
import type { Observation } from '../../src/domain/observation.ts'
import { MINUTE } from '../../src/domain/time.ts'

/** A host as in `detection-design.md` §4: so many uses (program and account), each with some peers inside and out. */
const USES = 70
const PROGRAMS = 300
const ACCOUNTS = 8
const START = Date.UTC(2026, 0, 5)
const SPAN = 15 * MINUTE

const { values } = parseArgs({ options: { hosts: { type: 'string', default: '4000' } } })
const hosts = Number(values.hosts)
const { job } = await loadJob('linux_novel_network_activity')
// As it is shipped: tsx adds to each class and function what makes the engine slower.
const { NoveltyJob }: { NoveltyJob: typeof Built } = await import(
  new URL('../../dist/anomaly/novelty/job.js', import.meta.url).href
)
const model = new NoveltyJob(job, NOVELTY_FIELDS, { entryLimit: Number.POSITIVE_INFINITY })

global.gc?.()
const empty = memory()
let observations = 0
let cpu = 0
// Every host twice: the first time all is new, the second nothing is.
for (let pass = 0; pass < 2; pass++)
  for (let host = 0; host < hosts; host += 10) {
    const start = START + (pass * Math.ceil(hosts / 10) + host / 10) * SPAN
    const rows = Array.from({ length: 10 }, (_, i) => rowsOf(host + i, start)).flat()
    cpu += cpuOf(() => model.close({ start, end: start + SPAN }, rows))
    observations += rows.length
  }
global.gc?.()
const used = memory() - empty
console.log(
  `${model.entries} entries, ${(used / 1e6).toFixed(0)} MB, ${(used / model.entries).toFixed(0)} bytes an entry; ` +
    `${observations} observations, ${Math.round(observations / cpu)} in a CPU second`,
)

const TRIALS = 20
const next = START + 2 * Math.ceil(hosts / 10) * SPAN
const open = { bucket: { start: next, end: next + SPAN }, rows: rowsOf(0, next) }
model.trial([open])
const trial = cpuOf(() => {
  for (let i = 0; i < TRIALS; i++) model.trial([{ ...open, news: open.rows }])
})
const snapshot = cpuOf(() => JSON.stringify(model.save()))
console.log(
  `a trial of ${open.rows.length} observations takes ${((1000 * trial) / TRIALS).toFixed(1)} ms of CPU, a snapshot ${(1000 * snapshot).toFixed(0)} ms`,
)

/** In seconds. */
function cpuOf(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

/** Bytes of objects, and of what lies beside them in arrays of bytes. */
function memory(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

function rowsOf(host: number, start: number): Observation[] {
  return Array.from({ length: USES }, (_, use) => {
    const program = (host * 7 + use * 11) % PROGRAMS
    const inside = use % 3 > 0
    const ip = inside ? `10.${program % 200}.${host % 16}.${use % 20}` : `203.${program % 64}.${host % 250}.${use}`
    const told = new Map([
      ['host.name', `host-${host}`],
      ['oddsock.program', `/opt/program-${program}/bin/program`],
      ['user.name', `account-${use % ACCOUNTS}`],
      ['destination.ip', ip],
      ['process.name', `program-${program}`],
      ['network.direction', 'egress'],
      ['oddsock.peer.ip', ip],
      ['oddsock.peer.port', inside ? '5432' : '443'],
      ['oddsock.directory', 'local'],
      ['oddsock.argv0', 'file'],
    ])
    const at = start + use * 1000
    return { values: NOVELTY_FIELDS.map((field) => told.get(field) ?? null), count: 1, first: at, last: at, events: [] }
  })
}
