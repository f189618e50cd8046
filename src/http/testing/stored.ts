import { compileDatafeed } from '../../datafeed/datafeed.ts'
import type { Alert } from '../../domain/alert.ts'
import { deriveFields } from '../../domain/derive.ts'
import type { EcsEvent } from '../../domain/event.ts'
import type { Job } from '../../domain/job.ts'
import { SILENT } from '../../domain/log.ts'
import { CLOCK } from '../../domain/stamps.ts'
import { type EpochMs, HOUR, isoTime, MINUTE } from '../../domain/time.ts'
import { ExceptionList } from '../../engine/exception-list.ts'
import { openMemory } from '../../storage/memory/open-memory.ts'
import { api } from '../api.ts'
import type { ApiDeps } from '../api-deps.ts'
import { NO_KEYS } from '../api-keys.ts'
import { routes } from '../routes.ts'

export const NOW = Date.parse('2026-03-09T12:00:00Z')

const JOB: Job = {
  job_id: 'linux_anomalous_network_activity',
  description: 'Seldom names',
  analysis_config: {
    bucket_span: '15m',
    detectors: [{ function: 'rare', by_field_name: 'process.name' }],
    influencers: ['host.name'],
  },
}

/** A call of the API without a socket. */
export type Call = (path: string, init?: RequestInit & { readonly door?: 'tcp' | 'socket' }) => Promise<Response>

/** The API over a memory storage that a test can fill. */
export async function stored(more: Partial<ApiDeps> = {}): Promise<{ readonly deps: ApiDeps; readonly call: Call }> {
  const storage = openMemory()
  const deps: ApiDeps = {
    storage,
    exceptions: new ExceptionList(storage.state),
    jobs: [
      { job: JOB, feed: compileDatafeed(JOB, { query: { term: { 'event.category': 'network' } } }), threshold: 50 },
    ],
    now: () => NOW,
    ...more,
  }
  const app = routes({ resources: [api(deps)], keys: NO_KEYS, log: SILENT })
  const call: Call = async (path, { door = 'socket', ...init } = {}) => app.request(path, init, { door })
  return { deps, call }
}

/** Two hosts whose programs talk every quarter of an hour in the six hours up to `NOW`, and one program that spoke once. */
export function someEvents(odd = 'xmrig'): EcsEvent[] {
  const events: EcsEvent[] = []
  const add = (time: EpochMs, host: string, name: string, user: string) =>
    events.push({
      ...deriveFields({
        '@timestamp': isoTime(time),
        event: { category: ['network'], type: ['start'], id: `${events.length}` },
        host: { name: host, os: { type: 'linux' } },
        process: { name, executable: `/usr/bin/${name}` },
        user: { name: user },
        destination: { ip: '198.51.100.7', port: 443 },
      }),
      [CLOCK]: isoTime(time),
    })
  for (let time = NOW - 6 * HOUR; time < NOW; time += 15 * MINUTE)
    for (const host of ['web-1', 'web-2']) add(time, host, 'nginx', 'www-data')
  add(NOW - MINUTE, 'web-1', odd, 'www-data')
  return events
}

/** An alert as the engine writes them, with what its events have in common. */
export function alertOf(id: string, minutesAgo: number, more: object = {}): Alert {
  const facet = (field: string, value: string) => ({ field, values: [{ value, count: 3 }], others: 0 })
  return {
    '@timestamp': isoTime(NOW - minutesAgo * MINUTE),
    timestamp: NOW - minutesAgo * MINUTE,
    job_id: 'linux_anomalous_network_activity',
    record_score: 80,
    by_field_name: 'process.name',
    by_field_value: 'xmrig',
    process: { name: 'xmrig' },
    host: { name: 'web-1' },
    user: { name: 'www-data' },
    'kibana.alert.uuid': id,
    'kibana.alert.workflow_status': 'open',
    'kibana.alert.severity': 'low',
    'kibana.alert.reason': `xmrig on web-1 used the network (${id})`,
    'kibana.alert.rule.name': 'Unusual',
    oddsock: {
      sentence: `xmrig on web-1 used the network (${id})`,
      evidence: {
        count: 3,
        events: [],
        facets: [
          facet('oddsock.program', '/tmp/xmrig'),
          facet('host.name', 'web-1'),
          facet('user.name', 'www-data'),
          facet('destination.ip', '203.0.113.7'),
        ],
      },
    },
    ...more,
  }
}
