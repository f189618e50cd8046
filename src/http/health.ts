import { Hono } from 'hono'
import { DAY, type DurationMs, type EpochMs, isoTime, MINUTE } from '../domain/time.ts'
import type { EngineHealth } from '../engine/engine.ts'
import { holdersIn } from '../engine/lease.ts'
import type { Storage } from '../storage/storage.ts'
import type { ApiDeps } from './api-deps.ts'
import { AskedSeldom } from './asked-seldom.ts'
import { type CatchingUp, catchingUp } from './catching-up.ts'
import { silentHosts } from './hosts-since.ts'
import type { HttpEnv } from './http-env.ts'
import type { Operation } from './operation.ts'
import { unlessInTrouble } from './unless-in-trouble.ts'

/** How far back it is looked for hosts that were there, as on the page. */
const LOOKED_BACK: DurationMs = 7 * DAY
/** It takes some questions to the store, and hours until a host is silent: it is not asked more often than this. */
const ASKED_EVERY: DurationMs = MINUTE
/** All that lies in the cluster is looked through for raw audit lines, and who ships them does so for long. */
const COUNTED_EVERY: DurationMs = 30 * MINUTE
/** So many silent hosts, and indices, are named. */
const MOST_NAMED = 10

/** How the product is, as the API shows it. Times are ISO 8601, null where there is none yet. */
export interface HealthDocument extends OwnHealth {
  /** Hosts that sent regularly and have stopped: what happens there nobody sees. No problem of the server, which can do nothing for it. */
  readonly silent_hosts: {
    /** Of more than 200 that were not heard lately, only those that sent most are counted. */
    readonly count: number
    /** Those that were silent for longest. */
    readonly longest: readonly { readonly name: string; readonly since: string }[]
  }
  /** Raw audit lines in indices that others write to. They are not joined there, so nothing is seen of what they tell. */
  readonly raw_audit_lines: {
    /** Documents of the time that a new job goes through; `more` where there are more than were counted. */
    readonly count: number
    readonly more: boolean
    readonly indices: readonly string[]
  }
}

/** What the server knows of itself, without looking at its events. */
export interface OwnHealth {
  /** `stopped` when nobody takes events in, and the answer is from the store alone. */
  readonly status: 'starting' | 'catching up' | 'running' | 'stopping' | 'stopped'
  readonly started: string | null
  /** The name of this server among those that share the jobs of a cluster; null for one that is alone. */
  readonly server: string | null
  /** Who does what of the work that servers share, null for nobody; empty where a server is alone. */
  readonly shared_work: readonly { readonly name: string; readonly server: string | null }[]
  /** How far it is while it goes through history; alerts of what comes after are still to be made. */
  readonly catching_up: CatchingUp | null
  /** What is wrong now, a sentence each; empty while all is well. */
  readonly problems: readonly string[]
  /** Time of the sequence: that of what came in last. */
  readonly clock: string | null
  /** Events in the store, by the place of the last one; null where the events are in indices of others, whose places are moments. */
  readonly stored: number | null
  /** Since the start: events taken in, and what became none, by reason. */
  readonly events: number
  /** Of these, events whose time lies more than a day ahead of the clock: each was judged in the bucket in which it came. */
  readonly set_aside: number
  readonly last_commit: string | null
  readonly rejects: readonly { readonly reason: string; readonly count: number }[]
  /** Events that came in after the late window of every job, or lie before its beginning, since the start: stored, and never scored. */
  readonly too_old: readonly { readonly source: string; readonly count: number }[]
  readonly jobs: readonly {
    readonly job_id: string
    readonly buckets: number
    readonly late_events: number
    readonly open_from: string | null
  }[]
  readonly sources: readonly {
    readonly name: string
    readonly bytes_read: number
    readonly bytes_behind: number | null
    readonly problem: string | null
  }[]
  readonly sinks: readonly {
    readonly name: string
    readonly delivered: number
    readonly given_up: number
    readonly waiting: number
    readonly problem: string | null
    readonly problem_since: string | null
  }[]
}

export const HEALTH_OPERATIONS: readonly Operation[] = [
  { method: 'get', path: '/api/v1/health', summary: 'How the server is', replies: { 200: 'Health' } },
  {
    method: 'get',
    path: '/healthz',
    summary: 'Whether the process answers',
    replies: { 200: 'ok' },
    type: 'text/plain',
  },
  {
    method: 'get',
    path: '/readyz',
    summary: 'Whether events are taken in',
    replies: { 200: 'They are', 503: 'They are not' },
    type: 'text/plain',
  },
]

/** `/api/v1/health` in full; `/healthz`: the process answers; `/readyz`: it takes events in, from one source at least. */
export function health(deps: ApiDeps): Hono<HttpEnv> {
  const silence = new AskedSeldom(() => silentHostsNow(deps), ASKED_EVERY, deps.now)
  const rawLines = new AskedSeldom(() => rawLinesNow(deps), COUNTED_EVERY, deps.now)
  return new Hono<HttpEnv>()
    .get('/api/v1/health', async (c) => {
      const [own, silent_hosts, raw_audit_lines] = await Promise.all([
        healthOf(deps),
        unlessInTrouble(deps.storage, silence.answer(), { count: 0, longest: [] }),
        unlessInTrouble(deps.storage, rawLines.answer(), { count: 0, more: false, indices: [] }),
      ])
      const document: HealthDocument = { ...own, silent_hosts, raw_audit_lines }
      return c.json(document)
    })
    .get('/healthz', (c) => c.text('ok\n'))
    .get('/readyz', (c) => {
      const { state, sources } = deps.engine?.health() ?? { state: 'stopped', sources: [] }
      const closed = sources.filter(({ closedSince }) => closedSince !== undefined)
      const isTaking = sources.length === 0 || closed.length < sources.length
      const ready = isTaking && (state === 'running' || state === 'catching up')
      const lines = closed.map(({ name, closedSince }) => `not open: ${name}, since ${isoTime(closedSince!)}`)
      return c.text([state, ...lines, ''].join('\n'), ready ? 200 : 503)
    })
}

export async function healthOf({ storage, engine, jobs }: ApiDeps): Promise<OwnHealth> {
  const asked = Promise.all([storage.events.last(), sharedWork(storage)])
  const [last, work] = await unlessInTrouble(storage, asked, [null, new Map<string, string | null>()] as const)
  const running = engine?.health()
  const sinks = engine?.sinks() ?? []
  const history = running && catchingUp(running, jobs)
  return {
    status: statusOf(running?.state, history),
    started: engine ? isoTime(engine.started) : null,
    server: engine?.server ?? null,
    shared_work: [...work].map(([name, server]) => ({ name, server })),
    catching_up: history ?? null,
    problems: [
      ...(running?.problems ?? []),
      ...sinks.flatMap(({ name, problem }) => (problem === undefined ? [] : [`Sink ${name}: ${problem}`])),
    ],
    clock: timeOrNull(running?.clock ?? last?.clock),
    stored: storage.events.capabilities.movesByItself
      ? null
      : last === null
        ? (running?.lastSeq ?? 0)
        : (last?.seq ?? 0),
    events: running?.events ?? 0,
    set_aside: running?.setAside ?? 0,
    last_commit: timeOrNull(running?.lastCommit),
    rejects: [...(running?.rejects ?? [])].map(([reason, count]) => ({ reason, count })),
    too_old: [...(running?.tooOld ?? [])].map(([source, count]) => ({ source, count })),
    jobs: (running?.jobs ?? []).map(({ job_id, buckets, lateEvents, openFrom }) => ({
      job_id,
      buckets,
      late_events: lateEvents,
      open_from: timeOrNull(openFrom),
    })),
    sources: (running?.sources ?? []).map(({ name, bytesRead, bytesBehind, problem }) => ({
      name,
      bytes_read: bytesRead,
      bytes_behind: bytesBehind ?? null,
      problem: problem ?? null,
    })),
    sinks: sinks.map(({ name, delivered, given_up, waiting, problem, problem_since }) => ({
      name,
      delivered,
      given_up,
      waiting,
      problem: problem ?? null,
      problem_since: timeOrNull(problem_since),
    })),
  }
}

async function silentHostsNow({ storage, engine, jobs }: ApiDeps): Promise<HealthDocument['silent_hosts']> {
  const last = await storage.events.last()
  // Jobs look at much the same events: the default one speaks for all.
  const [job] = jobs
  if (!last || !job) return { count: 0, longest: [] }
  // Where nothing comes at all, the clock goes on without events.
  const clock = Math.max(last.clock, engine?.health().clock || last.clock)
  const silent = await silentHosts(storage.events, job.feed, clock - LOOKED_BACK, { clock, seq: last.seq })
  const longest = silent.slice(0, MOST_NAMED).map(({ name, since }) => ({ name, since: isoTime(since) }))
  return { count: silent.length, longest }
}

async function rawLinesNow({ storage }: ApiDeps): Promise<HealthDocument['raw_audit_lines']> {
  const { count, isMore, indices } = (await storage.unjoinedLines?.()) ?? { count: 0, isMore: false, indices: [] }
  return { count, more: isMore, indices: indices.slice(0, MOST_NAMED) }
}

/** Who holds which piece of the work that servers share; empty where a server is alone. */
export async function sharedWork({ state, shares }: Storage): Promise<ReadonlyMap<string, string | null>> {
  const holders = shares ? await holdersIn(state) : new Map<string, string>()
  return new Map([...holders].map(([name, holder]) => [name, holder === '' ? null : holder]))
}

/** Sources are open long before the jobs are through with what they have brought. */
function statusOf(state: EngineHealth['state'] | undefined, history: CatchingUp | undefined): OwnHealth['status'] {
  return state === 'running' && history ? 'catching up' : (state ?? 'stopped')
}

function timeOrNull(time: EpochMs | undefined): string | null {
  return time !== undefined && Number.isFinite(time) ? isoTime(time) : null
}
