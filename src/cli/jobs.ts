import { count, counted } from '../domain/words.ts'
import type { JobDocument } from '../http/jobs.ts'
import { jsonLine } from '../report/json-line.ts'
import { visible } from '../report/visible.ts'
import { EXIT } from './failure.ts'
import { type SettingsOptions, withApi } from './settings.ts'
import { type Io, Terminal } from './terminal.ts'

/** `oddsock jobs`: what runs, how far it is, and whether it sees anything. */
export function listJobs(options: SettingsOptions & { json?: boolean }, io: Io): Promise<number> {
  return withApi(options, io, async (api) => {
    const terminal = new Terminal(io)
    const { items } = await api.get<{ readonly items: readonly JobDocument[] }>('/api/v1/jobs')
    for (const job of items) {
      if (options.json) await terminal.out(jsonLine(job))
      else await printJob(job, terminal)
    }
    return EXIT.fine
  })
}

async function printJob(job: JobDocument, terminal: Terminal): Promise<void> {
  await terminal.out(terminal.paint(visible(job.job_id), 'bold'))
  await terminal.out(`  ${visible(job.description, 200)}`)
  const details = [
    `${job.functions.map((name) => visible(name)).join(', ')} every ${visible(job.bucket_span)}`,
    job.anomaly_threshold === null ? 'its rule is switched off' : `alerts from a score of ${job.anomaly_threshold}`,
    scoredUpTo(job),
    `${counted(job.events_last_day, 'event')} looked at in the last day`,
    `${count(job.open_alerts)} not closed`,
  ]
  await terminal.out(`  ${terminal.paint(details.join(' · '), 'dim')}`)
  for (const warning of job.warnings.slice(-1)) terminal.note(warning)
}

/** What closes buckets without a result is known to the one who closes them. */
function scoredUpTo({ last_bucket, late_events, server }: JobDocument): string {
  if (late_events === undefined) {
    const whose = server ? `server ${visible(server)} has it` : server === null ? 'no server has it' : 'no server runs'
    return `${whose}, newest result: ${last_bucket ?? 'none in its last day'}`
  }
  return last_bucket === null ? 'nothing scored yet' : `scored up to ${last_bucket}`
}
