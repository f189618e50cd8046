import { open, readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type DurationMs, SECOND } from '../domain/time.ts'
import { LogFile } from './log-file.ts'
import { rotationOf } from './rotation.ts'
import { reasonOf } from './unreadable.ts'

/** How often what could not be read is tried again. */
const RETRY: DurationMs = SECOND

/** A file of a log, held open. */
export interface ChainFile {
  readonly file: LogFile
  /** It is the log itself, and no rotated sibling. */
  current: boolean
  /** Its content is another one now: what came after is in a file that is yet to be opened. */
  replaced: boolean
}

/**
 * The files of one log, held open, the oldest first. They are looked for anew whenever the log is another file than before or was
 * cut off, or something in its folder has got or lost a name: that is when a rotation has happened, whatever its kind.
 */
export class LogChain<F extends ChainFile> {
  readonly path: string
  /** Oldest first. */
  files: F[] = []
  /** Why the log itself cannot be reached. */
  absent: string | undefined
  /** What of the log could not be read, by path, for people. */
  readonly unread = new Map<string, string>()
  readonly #follow: (file: LogFile, current: boolean) => F
  /** The inode under the log's name when its files were last looked for. */
  #ino: number | undefined
  /** When the names in its folder changed before that. */
  #changed = 0
  #listed: DurationMs = Number.NEGATIVE_INFINITY

  constructor(path: string, follow: (file: LogFile, current: boolean) => F) {
    this.path = path
    this.#follow = follow
  }

  /** Opens what is new and lets go of what was replaced. @returns whether the files were looked for */
  async look(): Promise<boolean> {
    const ino = await this.#inoNow()
    const changed = (await stat(dirname(this.path)).catch(() => undefined))?.mtimeMs ?? 0
    const retry = this.unread.size > 0 && performance.now() - this.#listed >= RETRY
    const isSame = ino === this.#ino && changed === this.#changed && !this.files.some((one) => one.replaced)
    if (Number.isFinite(this.#listed) && isSame && !retry) return false
    this.#listed = performance.now()
    this.#ino = ino
    this.#changed = changed
    await this.#list()
    return true
  }

  /** Whether an open file of this inode still begins like this. */
  has(ino: number, fingerprint: string): boolean {
    return this.files.some(({ file, replaced }) => !replaced && file.ino === ino && file.fingerprint === fingerprint)
  }

  async release(followed: F): Promise<void> {
    this.files = this.files.filter((one) => one !== followed)
    await followed.file.close()
  }

  async close(): Promise<void> {
    for (const followed of [...this.files]) await this.release(followed)
  }

  async #inoNow(): Promise<number | undefined> {
    try {
      const found = await stat(this.path)
      this.absent = found.isFile() ? undefined : `Cannot read "${this.path}": it is no file`
      if (found.isDirectory()) this.absent = `Cannot read "${this.path}": it is a folder`
      if (this.absent) return undefined
      // A file that is open can be read on without permission, but not after the next rotation.
      await (await open(this.path)).close()
      return found.ino
    } catch (error) {
      this.absent = `Cannot read "${this.path}": ${reasonOf(error)}`
      return undefined
    }
  }

  async #list(): Promise<void> {
    this.unread.clear()
    // What was copied and cut must be told before its copy is met.
    for (const one of this.files) one.replaced ||= await one.file.isReplaced().catch(() => true)
    const listed: F[] = []
    for (const path of await this.#paths()) {
      const file = await this.#open(path)
      if (!file) continue
      const open = this.files.find((one) => !one.replaced && one.file.ino === file.ino)
      const current = path === this.path
      if (!open) listed.push(this.#follow(file, current))
      else {
        await file.close()
        open.file.path = path
        open.current = current
        if (!listed.includes(open)) listed.push(open)
      }
    }
    const others = this.files.filter((one) => !listed.includes(one))
    for (const { file, replaced } of others) if (replaced) await file.close()
    // What has no name any more is older than what has one.
    const nameless = others.filter(({ replaced }) => !replaced)
    for (const one of nameless) one.current = false
    this.files = [...nameless, ...listed]
  }

  async #paths(): Promise<string[]> {
    const folder = dirname(this.path)
    try {
      const paths = (await readdir(folder)).map((name) => join(folder, name))
      const chain = paths.map((path) => ({ path, ...rotationOf(path) })).filter(({ stem }) => stem === this.path)
      return chain.sort((a, b) => b.age - a.age).map(({ path }) => path)
    } catch {
      // The folder is gone or closed, which the log itself tells.
      return []
    }
  }

  async #open(path: string): Promise<LogFile | undefined> {
    try {
      return await LogFile.open(path)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      // Rotated on since the folder was read: under its new name it is found the next time.
      if (code !== 'ENOENT') this.unread.set(path, `Cannot read "${path}": ${reasonOf(error)}`)
      else if (path !== this.path) this.#ino = undefined
      return undefined
    }
  }
}
