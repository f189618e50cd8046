import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { appendFile, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DAY, type EpochMs, parseTime, SECOND } from '../domain/time.ts'
import { watchedFile } from './demo-fleet/watched.ts'
import { demoFleet } from './demo-fleet.ts'

/** Of the fleet's two weeks, so much of the past is played: what the page shows, and a day to learn from. */
const PAST = 8 * DAY
/** So long after the play begins something odd happens, so that whoever watches sees it come. */
const SURPRISE_AFTER = 5 * SECOND

/** One log of the fleet, and the line that comes next. */
interface Playing {
  readonly path: string
  readonly lines: Iterator<string>
  next: IteratorResult<string>
}

/**
 * The demo fleet as if it were running now: the last days of its logs and what there is of today are written first, then each line
 * when its time has come.
 */
export class DemoPlay {
  readonly #folder: string
  readonly #seed: number
  readonly #now: () => EpochMs
  readonly #logs: Playing[] = []

  constructor(folder: string, seed: number, now: () => EpochMs) {
    this.#folder = folder
    this.#seed = seed
    this.#now = now
  }

  /** Writes everything up to now. Answers the paths of the logs, one a host. */
  async writePast(): Promise<string[]> {
    const now = this.#now()
    const today = Math.floor(now / DAY) * DAY
    for (const file of demoFleet(this.#seed, today - 13 * DAY)) {
      const path = join(this.#folder, file.path)
      await mkdir(dirname(path), { recursive: true })
      const log = this.#open(path, file.lines)
      skip(dueLines(log, now - PAST))
      const stream = createWriteStream(path)
      for (const line of dueLines(log, now)) if (!stream.write(`${line}\n`)) await once(stream, 'drain')
      stream.end()
      await once(stream, 'finish')
    }
    return this.#logs.map(({ path }) => path)
  }

  /** Writes on, until the signal is aborted. */
  async play(signal: AbortSignal): Promise<void> {
    const { path, lines } = watchedFile(this.#now() + SURPRISE_AFTER, this.#seed)
    this.#open(join(this.#folder, path), lines)
    while (!signal.aborted) {
      for (const log of this.#logs) {
        const lines = [...dueLines(log, this.#now())]
        if (lines.length > 0) await appendFile(log.path, lines.map((line) => `${line}\n`).join(''))
      }
      await sleep(250, undefined, { signal }).catch(() => {})
    }
  }

  #open(path: string, content: Iterable<string>): Playing {
    const lines = content[Symbol.iterator]()
    const log = { path, lines, next: lines.next() }
    this.#logs.push(log)
    return log
  }
}

function skip(lines: Iterable<string>): void {
  for (const _line of lines);
}

function* dueLines(log: Playing, now: EpochMs): Generator<string> {
  for (; !log.next.done && !(timeOfLine(log.next.value) > now); log.next = log.lines.next()) yield log.next.value
}

/** The time that a line of either kind of log tells. */
function timeOfLine(line: string): EpochMs {
  const audit = /msg=audit\((\d+\.\d+):/.exec(line)
  return audit ? Number(audit[1]) * 1000 : parseTime(/"@timestamp":"([^"]+)"/.exec(line)?.[1])
}
