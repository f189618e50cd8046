import type { EcsEvent } from '../../src/domain/event.ts'
import type { Rule } from '../../src/domain/rule.ts'
import { type EpochMs, isoTime, MINUTE, SECOND } from '../../src/domain/time.ts'
import type { JobToRun } from '../../src/engine/job-runner.ts'

/** The work of the test of several workers: a day of a small fleet, and three jobs on it. */

export const BEGIN: EpochMs = Date.UTC(2026, 0, 6)
export const END: EpochMs = Date.UTC(2026, 0, 7)

const RULE = {
  name: 'Odd',
  type: 'machine_learning',
  description: '',
  severity: 'low',
  risk_score: 21,
  anomaly_threshold: 5,
  interval: '15m',
  from: 'now-45m',
  max_signals: 100,
  enabled: true,
  severity_mapping: [],
  risk_score_mapping: [],
}

function jobOf(id: string, by: string): JobToRun {
  const rule = { ...RULE, rule_id: `rule-${id}`, machine_learning_job_id: [id] } as unknown as Rule
  return {
    job: {
      job_id: id,
      analysis_config: {
        bucket_span: '5m',
        detectors: [{ function: 'rare', by_field_name: by }],
        influencers: ['host.name', by],
      },
    },
    datafeed: { query: { term: { 'event.category': 'network' } } },
    profile: 'elastic-exact',
    rules: [{ rule, exceptions: [] }],
  }
}

export const JOBS: readonly JobToRun[] = [
  jobOf('by_name', 'process.name'),
  jobOf('by_user', 'user.name'),
  jobOf('by_program', 'oddsock.program'),
]

/** Five daemons on four hosts all day, and now and then something that nobody has seen before. */
export function* history(): Generator<EcsEvent> {
  let serial = 0
  const event = (time: EpochMs, host: string, name: string, user: string): EcsEvent => ({
    '@timestamp': isoTime(time),
    event: { id: `e${serial++}`, category: 'network', type: 'start', ingested: isoTime(time + 5 * SECOND) },
    host: { name: host },
    user: { name: user },
    process: { name, executable: `/usr/bin/${name}` },
    destination: { ip: '203.0.113.7', port: 443 },
  })
  for (let time = BEGIN; time < END; time += 5 * MINUTE) {
    const bucket = (time - BEGIN) / (5 * MINUTE)
    for (let i = 0; i < 5; i++)
      for (let host = 0; host < 4; host++)
        yield event(time + i * 7 * SECOND + host, `web-${host}`, `daemon${'abcde'[i]}`, `u${i}`)
    if (bucket % 20 === 13) yield event(time + MINUTE, `web-${bucket % 4}`, `odd${letters(bucket)}`, `guest${bucket}`)
  }
}

/** A name of its own for a number; digits of a name do not count. */
function letters(number: number): string {
  return [...String(number)].map((digit) => 'abcdefghij'[Number(digit)]).join('')
}
