import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { DAYS, type FleetSize } from './fleet.ts'
import { scalePicture } from './picture.ts'

/** What a bucket of a fleet has cost one job. */
export interface Cost extends FleetSize {
  readonly nodes: number
  readonly job: string
  /** Distinct rows, which are all that travels. */
  readonly rows: number
  /** Of the process of oddsock, as its peak memory in 2²⁰ bytes. */
  readonly cpuSeconds: number
  readonly wallSeconds: number
  readonly peakMiB: number
  /** Bytes on the wire, both ways, and bytes of the events of the bucket as JSON. */
  readonly wireBytes: number
  readonly eventBytes: number
}

export interface Surroundings {
  readonly command: string
  readonly cluster: string
  readonly machine: string
  /** Of the last five minutes. */
  readonly load: number
}

const BENCH = new URL('../', import.meta.url)

/** Writes `results-scale.md` and draws how the costs grow with the hosts. */
export function writeResults(costs: readonly Cost[], around: Surroundings): void {
  const save = (name: string, text: string) => writeFileSync(fileURLToPath(new URL(name, BENCH)), text)
  const [first] = costs
  const alike = costs.filter(
    ({ nodes, perHost, programs }) =>
      nodes === first!.nodes && perHost === first!.perHost && programs === first!.programs,
  )
  save('results-scale.svg', scalePicture(alike))
  save('results-scale.md', page(costs, around))
}

function page(costs: readonly Cost[], { command, cluster, machine, load }: Surroundings): string {
  return `# What a bucket costs when the events are in a cluster

Made by \`${command}\`:
${cluster}, nodes of 512 MB, two shards, on ${machine}, everything on this one machine (load of the last five
minutes at the end: ${load.toFixed(0)}).

| hosts | programs | nodes | job | events in the bucket | rows | CPU s | wall s | peak MiB | MB of events | MB on the wire | share |
|--:|--:|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|
${costs.map(tableRow).join('\n')}

![Costs by hosts](results-scale.svg)

One bucket of 15 minutes, the second of two: observing it, looking for late events, scoring, judging, storing. CPU and peak memory are
those of the process of oddsock; bytes are those of the connections in both directions, packed as they travel, against the events
as JSON. The ${DAYS} days before are filled in: a bucket a day of the same fleet, handed to the model as rows without events. The model may
take 1 GiB (\`model_memory_limit\`).
`
}

function tableRow(cost: Cost): string {
  const cells = [
    whole(cost.hosts),
    whole(cost.programs),
    whole(cost.nodes),
    cost.job,
    whole(cost.hosts * cost.perHost),
    whole(cost.rows),
    cost.cpuSeconds.toFixed(1),
    cost.wallSeconds.toFixed(1),
    whole(cost.peakMiB),
    (cost.eventBytes / 1e6).toFixed(1),
    (cost.wireBytes / 1e6).toFixed(2),
    `1/${(cost.eventBytes / cost.wireBytes).toFixed(0)}`,
  ]
  return `| ${cells.join(' | ')} |`
}

function whole(number: number): string {
  return Math.round(number).toLocaleString('en')
}
