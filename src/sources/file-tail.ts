import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import * as v from 'valibot'
import type { DurationMs } from '../domain/time.ts'
import { hostByFolder } from './find-files.ts'
import { findLogs, isGlob } from './find-logs.ts'
import type { Intake, LiveSource, SourceHealth } from './live-source.ts'
import { formatNamed, formatOption, hostOption, textOption } from './source-options.ts'
import type { SourceType } from './source-type.ts'
import { TailedLog } from './tailed-log.ts'

const pathOption = textOption('A log, a folder of logs, or a glob such as /srv/logs/*/audit.log; a list of them, too.')

const options = v.strictObject(
  {
    path: v.union([pathOption, v.pipe(v.array(pathOption), v.minLength(1))], 'a path or a list of paths'),
    host: hostOption,
    format: formatOption,
  },
  'path, host or format',
)

type Options = v.InferOutput<typeof options>

/** Logs that grow, followed through rotations. */
export const fileTail: SourceType<Options> = {
  name: 'file-tail',
  summary: 'logs that grow, and what rotation makes of them: renamed, copied and cut, packed',
  references: [
    'https://man7.org/linux/man-pages/man8/logrotate.8.html',
    'https://man7.org/linux/man-pages/man5/auditd.conf.5.html',
  ],
  options,
  examples: [
    {
      title: 'the audit log of this machine',
      toml: 'source = [{ type = "file-tail", path = "/var/log/audit/audit.log" }]',
    },
    {
      title: 'logs that a central server keeps by host; new hosts are found',
      toml: 'source = [{ type = "file-tail", path = "/srv/logs/*/audit.log" }]',
    },
  ],
  async open({ path, host, format }) {
    const paths = typeof path === 'string' ? [path] : path
    const tails = new Tails({ ...(host !== undefined && { host }), ...formatNamed(format) })
    const sources: LiveSource[] = []
    for (const one of paths) {
      if (!isGlob(one) && !(await isFolder(one))) sources.push(...tails.of([resolve(one)], true))
      else sources.push(...tails.of(await findLogs(one), false), new NewLogs(one, tails))
    }
    return sources
  },
}

async function isFolder(path: string): Promise<boolean> {
  // One that is named like a log is a log that has become a folder.
  return !/\.log$/.test(path) && ((await stat(path).catch(() => undefined))?.isDirectory() ?? false)
}

/** The tails of one entry of the settings; no log has two. */
class Tails {
  readonly #known = new Set<string>()
  readonly #options: { readonly host?: string }

  constructor(options: { readonly host?: string }) {
    this.#options = options
  }

  /** Tails for those of the logs that have none. */
  of(logs: readonly string[], expected: boolean): readonly TailedLog[] {
    const fresh = logs.filter((log) => !this.#known.has(log))
    return fresh.map((log) => {
      this.#known.add(log)
      return new TailedLog(log, { host: hostByFolder(log), expected, ...this.#options })
    })
  }
}

/** How often new logs are looked for. */
const LOOK: DurationMs = 1_000

/** Finds logs that appear under a folder or a glob, and tails them. Each hands in under its own name, so that it has a cursor of its own. */
class NewLogs implements LiveSource {
  readonly name: string
  readonly #path: string
  readonly #tails: Tails
  readonly #found: TailedLog[] = []
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> | undefined

  constructor(path: string, tails: Tails) {
    this.name = `file-tail:${path}`
    this.#path = path
    this.#tails = tails
  }

  get health(): SourceHealth {
    const reports = this.#found.map(({ health }) => health)
    const problem = reports.find((report) => report.problem)?.problem
    const sum = (part: (report: SourceHealth) => number) => reports.reduce((total, report) => total + part(report), 0)
    return {
      ...(problem !== undefined && { problem }),
      bytesRead: sum(({ bytesRead }) => bytesRead),
      bytesBehind: sum(({ bytesBehind = 0 }) => bytesBehind),
    }
  }

  async start(intake: Intake): Promise<void> {
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look(intake).finally(() => {
        this.#looking = undefined
      })
    }, LOOK)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#looking
    await Promise.all(this.#found.map((tail) => tail.stop()))
  }

  async #look(intake: Intake): Promise<void> {
    for (const tail of this.#tails.of(await findLogs(this.#path), false)) {
      this.#found.push(tail)
      await tail.start(intake)
    }
  }
}
