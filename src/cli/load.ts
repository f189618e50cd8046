import { loadHistory } from '../app/load.ts'
import { openLog } from '../config/log.ts'
import { isoTime } from '../domain/time.ts'
import { counted } from '../domain/words.ts'
import { visible } from '../report/visible.ts'
import { FileHistory } from '../sources/file-history.ts'
import { EXIT } from './failure.ts'
import { sourcesOf } from './inputs.ts'
import { jobsToRun } from './jobs-to-run.ts'
import { type SettingsOptions, settingsOf } from './settings.ts'
import { type Io, Terminal } from './terminal.ts'

export interface LoadOptions extends SettingsOptions {
  readonly host?: string
}

/** `oddsock load`: gives a store its past, so that a server which starts on it knows what is usual. */
export async function load(paths: readonly string[], options: LoadOptions, io: Io): Promise<number> {
  const terminal = new Terminal(io)
  const { config } = settingsOf(options, io)
  const { sources, unreadable } = await sourcesOf(paths, io.stdin, options)
  for (const { path, reason } of unreadable) terminal.error(`Not read: ${visible(path)}: ${reason}`)
  const histories = sources.map((source) => new FileHistory(source))
  const { jobs } = await jobsToRun(config)
  const { read, added, rejects, tooOld, clock } = await loadHistory({
    config,
    jobs,
    sources: histories,
    log: openLog(config.log, io.stderr),
    onProgress: (events) => terminal.status(() => `${counted(events, 'event')} read`, Date.now()),
  })
  for (const { name, unknown } of histories)
    if (unknown) terminal.error(`Not read: ${visible(name)}: neither an audit log nor ECS documents`)
  for (const [reason, count] of rejects) terminal.error(`${counted(count, 'line')} became no event: ${reason}`)
  for (const { job_id, events, learnsFrom } of tooOld)
    terminal.error(
      `${counted(events, 'event')} older than ${isoTime(learnsFrom)}: kept and shown, and not learned by ${job_id}`,
    )
  if (tooOld.length > 0)
    terminal.error(
      'A job learns nothing older than what it began with: load history before the first start, or into a new store',
    )
  const until = Number.isNaN(clock) ? '' : `; the store goes up to ${isoTime(clock)}`
  await terminal.out(`${counted(added, 'event')} added, of ${counted(read, 'event')} read${until}`)
  return unreadable.length > 0 ? EXIT.surroundings : EXIT.fine
}
