import { lstat, open, readdir, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { AppError } from '../domain/error.ts'
import { FileSource } from './file-source.ts'
import { chainsOf } from './rotation.ts'
import { reasonOf } from './unreadable.ts'

/** A path that was asked for and cannot be read, with the reason. */
export interface Unreadable {
  readonly path: string
  readonly reason: string
}

export interface Found {
  readonly sources: FileSource[]
  /** Pipes and devices that were asked for by name: they can be read once, from beginning to end. */
  readonly streams: string[]
  readonly unreadable: Unreadable[]
}

/**
 * The logs under the given files and folders, in the order of their names. Rotated siblings (`audit.log.1`, `audit.log-20260101.gz`)
 * that lie in one folder become one log. A file that has several names is read once.
 *
 * @throws AppError INPUT_MISSING for a path that is not there
 */
export async function findFiles(paths: readonly string[], host?: string): Promise<Found> {
  const search = new Search()
  for (const path of paths) await search.look(path, true)
  const { files, streams, unreadable } = search
  const size = new Map([...files.values()].map((file) => [file.path, file.size]))
  const sources = chainsOf([...size.keys()].sort()).map((chain) => {
    const bytes = chain.reduce((sum, path) => sum + size.get(path)!, 0)
    return new FileSource(chain, bytes, host ?? hostByFolder(chain[0]!))
  })
  return { sources, streams, unreadable }
}

interface FoundFile {
  readonly path: string
  readonly size: number
  readonly isLink: boolean
}

class Search {
  /** By device and inode, which all names of a file share. */
  readonly files = new Map<string, FoundFile>()
  readonly streams: string[] = []
  readonly unreadable: Unreadable[] = []
  /** Folders that were walked, so that a link to a folder above leads nowhere. */
  readonly #folders = new Set<string>()

  async look(path: string, asked: boolean): Promise<void> {
    try {
      const found = await stat(path)
      const identity = `${found.dev}:${found.ino}`
      if (found.isDirectory()) await this.#walk(path, identity)
      else if (found.isFile()) await this.#take(path, identity, found.size)
      else if (asked) this.streams.push(path)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (asked && (code === 'ENOENT' || code === 'ENOTDIR'))
        throw new AppError({
          message: `Cannot read "${path}": ${reasonOf(error)}`,
          code: 'INPUT_MISSING',
          hint: 'Check the path; a folder may be named as well.',
        })
      this.unreadable.push({ path, reason: reasonOf(error) })
    }
  }

  async #walk(path: string, identity: string): Promise<void> {
    if (this.#folders.has(identity)) return
    this.#folders.add(identity)
    for (const entry of (await readdir(path)).sort()) await this.look(join(path, entry), false)
  }

  /** Of several names, one that is no link tells best to which log the file belongs. */
  async #take(path: string, identity: string, size: number): Promise<void> {
    await (await open(path)).close()
    const isLink = (await lstat(path)).isSymbolicLink()
    const known = this.files.get(identity)
    if (!known || (known.isLink && !isLink)) this.files.set(identity, { path, size, isLink })
  }
}

/** Where auditd, and whatever else keeps a log of the machine that it runs on, writes it. */
const OWN_LOGS: ReadonlySet<string> = new Set(['/var/log/audit', '/var/log'])

/** The last resort for a host's name: the folder that the file lies in, or for the log of this very machine the machine's name. */
export function hostByFolder(path: string): string {
  const folder = dirname(resolve(path))
  return OWN_LOGS.has(folder) ? hostname() : basename(folder) || hostname()
}
