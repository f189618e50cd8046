import { Hono } from 'hono'
import type { Counter, Gauge, Registry } from 'prom-client'
import { SECOND } from '../domain/time.ts'
import type { ApiDeps } from './api-deps.ts'
import { healthOf, type OwnHealth } from './health.ts'
import type { HttpEnv } from './http-env.ts'
import type { Operation } from './operation.ts'

/** One number of `/metrics`, and how it is read from health: a value for each set of labels. */
interface Metric {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge'
  readonly labels: readonly string[]
  read(health: OwnHealth): readonly (readonly [labels: Record<string, string>, value: number])[]
}

const unlabelled = (value: number) => [[{}, value] as const]

/** Seconds since 1970; a time that there is not yet has no value at all. */
const seconds = (time: string | null) => (time === null ? [] : [Date.parse(time) / SECOND])

const METRICS: readonly Metric[] = [
  {
    name: 'oddsock_events_total',
    help: 'Events taken in and stored since the start',
    type: 'counter',
    labels: [],
    read: ({ events }) => unlabelled(events),
  },
  {
    name: 'oddsock_set_aside_events_total',
    help: 'Events whose time lies more than a day ahead of the clock, since the start',
    type: 'counter',
    labels: [],
    read: ({ set_aside }) => unlabelled(set_aside),
  },
  {
    name: 'oddsock_rejects_total',
    help: 'Pieces of input that became no event, by reason',
    type: 'counter',
    labels: ['reason'],
    read: ({ rejects }) => rejects.map(({ reason, count }) => [{ reason }, count]),
  },
  {
    name: 'oddsock_too_old_events_total',
    help: 'Events that came in too late for any job to score, by source',
    type: 'counter',
    labels: ['source'],
    read: ({ too_old }) => too_old.map(({ source, count }) => [{ source }, count]),
  },
  {
    name: 'oddsock_stored_events',
    help: 'Place of the last event in the store',
    type: 'gauge',
    labels: [],
    read: ({ stored }) => (stored === null ? [] : unlabelled(stored)),
  },
  {
    name: 'oddsock_clock_seconds',
    help: 'Time of the sequence, in seconds since 1970',
    type: 'gauge',
    labels: [],
    read: ({ clock }) => seconds(clock).flatMap(unlabelled),
  },
  {
    name: 'oddsock_last_commit_seconds',
    help: 'When events were last stored, in seconds since 1970',
    type: 'gauge',
    labels: [],
    read: ({ last_commit }) => seconds(last_commit).flatMap(unlabelled),
  },
  {
    name: 'oddsock_problems',
    help: 'Things that are wrong now',
    type: 'gauge',
    labels: [],
    read: ({ problems }) => unlabelled(problems.length),
  },
  {
    name: 'oddsock_job_buckets_total',
    help: 'Buckets that a job has scored since the start',
    type: 'counter',
    labels: ['job'],
    read: ({ jobs }) => jobs.map(({ job_id, buckets }) => [{ job: job_id }, buckets]),
  },
  {
    name: 'oddsock_job_late_events_total',
    help: 'Events that came after their bucket was closed',
    type: 'counter',
    labels: ['job'],
    read: ({ jobs }) => jobs.map(({ job_id, late_events }) => [{ job: job_id }, late_events]),
  },
  {
    name: 'oddsock_job_open_from_seconds',
    help: 'Start of the bucket that a job closes next, in seconds since 1970; the distance to the clock is its lag',
    type: 'gauge',
    labels: ['job'],
    read: ({ jobs }) => jobs.flatMap(({ job_id, open_from }) => seconds(open_from).map((at) => [{ job: job_id }, at])),
  },
  {
    name: 'oddsock_source_bytes_total',
    help: 'Bytes that a source has read since the start',
    type: 'counter',
    labels: ['source'],
    read: ({ sources }) => sources.map(({ name, bytes_read }) => [{ source: name }, bytes_read]),
  },
  {
    name: 'oddsock_source_bytes_behind',
    help: 'Bytes that are known to wait',
    type: 'gauge',
    labels: ['source'],
    read: ({ sources }) =>
      sources.flatMap(({ name, bytes_behind }) => (bytes_behind === null ? [] : [[{ source: name }, bytes_behind]])),
  },
  {
    name: 'oddsock_source_problem',
    help: '1 while a source has a problem',
    type: 'gauge',
    labels: ['source'],
    read: ({ sources }) => sources.map(({ name, problem }) => [{ source: name }, problem === null ? 0 : 1]),
  },
  {
    name: 'oddsock_sink_delivered_total',
    help: 'Notices that a sink has passed on',
    type: 'counter',
    labels: ['sink'],
    read: ({ sinks }) => sinks.map(({ name, delivered }) => [{ sink: name }, delivered]),
  },
  {
    name: 'oddsock_sink_given_up_total',
    help: 'Notices that a receiver has refused for good',
    type: 'counter',
    labels: ['sink'],
    read: ({ sinks }) => sinks.map(({ name, given_up }) => [{ sink: name }, given_up]),
  },
  {
    name: 'oddsock_sink_waiting',
    help: 'Notices that wait to be passed on',
    type: 'gauge',
    labels: ['sink'],
    read: ({ sinks }) => sinks.map(({ name, waiting }) => [{ sink: name }, waiting]),
  },
]

export const METRICS_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/metrics',
    summary: 'Health in numbers, for Prometheus',
    replies: { 200: 'Metrics' },
    type: 'text/plain',
  },
]

/** `/metrics` in the format of Prometheus: health in numbers, and Node's own figures. */
export function metrics(deps: ApiDeps): Hono<HttpEnv> {
  let board: Promise<Board> | undefined
  return new Hono<HttpEnv>().get('/metrics', async (c) => {
    board ??= Board.open()
    const { text, contentType } = await (await board).show(await healthOf(deps))
    return c.text(text, 200, { 'content-type': contentType })
  })
}

class Board {
  readonly #registry: Registry
  readonly #meters: readonly (readonly [Metric, Counter | Gauge])[]

  private constructor(registry: Registry, meters: readonly (readonly [Metric, Counter | Gauge])[]) {
    this.#registry = registry
    this.#meters = meters
  }

  static async open(): Promise<Board> {
    const { Counter, collectDefaultMetrics, Gauge, Registry } = await import('prom-client')
    const registry = new Registry()
    collectDefaultMetrics({ register: registry })
    const meters = METRICS.map((metric) => {
      const options = { name: metric.name, help: metric.help, labelNames: metric.labels, registers: [registry] }
      return [metric, metric.type === 'counter' ? new Counter(options) : new Gauge(options)] as const
    })
    return new Board(registry, meters)
  }

  /** Health holds totals, so every meter is set anew each time. */
  async show(health: OwnHealth): Promise<{ readonly text: string; readonly contentType: string }> {
    for (const [metric, meter] of this.#meters) {
      meter.reset()
      const readings = metric.read(health)
      for (const [labels, value] of readings) meter.inc(labels, value)
      // Without a label there is always a value; one of nothing is not 0.
      if (readings.length === 0 && metric.labels.length === 0) (meter as Gauge).set(Number.NaN)
    }
    return { text: await this.#registry.metrics(), contentType: this.#registry.contentType }
  }
}
