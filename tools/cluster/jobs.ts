import type { EcsEvent } from '../../src/domain/event.ts'
import type { Job } from '../../src/domain/job.ts'
import { type EpochMs, HOUR, isoTime, MINUTE, SECOND } from '../../src/domain/time.ts'
import type { JobToRun } from '../../src/engine/job-to-run.ts'
import { ruleForJob } from '../../src/rules/rule-for-job.ts'

/** The work of the test of several workers: half a day of a small fleet, and three jobs on it. */

export const BEGIN: EpochMs = Date.UTC(2026, 0, 6)
export const END: EpochMs = BEGIN + 12 * HOUR

function jobOf(job_id: string, by: string): JobToRun {
  const job: Job = {
    job_id,
    analysis_config: {
      bucket_span: '5m',
      detectors: [{ function: 'rare', by_field_name: by }],
      influencers: ['host.name', by],
    },
  }
  return {
    job,
    datafeed: { query: { term: { 'event.category': 'network' } } },
    profile: 'elastic-exact',
    rules: [{ rule: { ...ruleForJob(job), anomaly_threshold: 5 }, exceptions: [] }],
  }
}

export const JOBS: readonly JobToRun[] = [
  jobOf('by_name', 'process.name'),
  jobOf('by_user', 'user.name'),
  jobOf('by_program', 'oddsock.program'),
]

/** Five daemons on four hosts all the time, and now and then something that nobody has seen before. */
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
