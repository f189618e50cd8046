import { constants, type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import * as v from 'valibot'
import { AppError } from '../domain/error.ts'
import type { Sink, SinkMessage, SinkType } from './sink.ts'

interface Options {
  readonly path: string
}

/**
 * The file is opened anew for each alert, of which there are few: whatever a log rotation did meanwhile, the alert goes to the
 * file that has the name now.
 */
export const ndjsonFile: SinkType<Options> = {
  name: 'ndjson-file',
  summary: 'Appends alerts to a file, one JSON document a line, for a shipper or a script to pick up.',
  references: ['https://github.com/ndjson/ndjson-spec'],
  options: v.strictObject({
    path: v.pipe(
      v.string('a path'),
      v.minLength(1, 'a path'),
      v.description('The file. It is made if it is missing; its folder is not.'),
    ),
  }),
  examples: [
    { title: 'alerts beside the logs', toml: 'type = "ndjson-file"\npath = "/var/log/oddsock/alerts.ndjson"' },
  ],
  async open(name, { path }) {
    return new NdjsonFile(name, path)
  },
}

class NdjsonFile implements Sink {
  readonly name: string
  readonly #path: string

  constructor(name: string, path: string) {
    this.name = name
    this.#path = path
  }

  async deliver(message: SinkMessage): Promise<void> {
    const file = await open(this.#path, FLAGS, 0o640)
    try {
      await appendLine(file, this.#path, lineOf(message))
    } finally {
      await file.close()
    }
    await syncFolder(dirname(this.#path))
  }

  async close(): Promise<void> {}
}

/** `O_NONBLOCK`, since opening a pipe that nobody reads would wait for ever; it says nothing to a plain file. Reading is for its last byte. */
const FLAGS = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK

/** Either the whole line is on the disk, or none of it is left: a full disk takes what fits of a write. */
async function appendLine(file: FileHandle, path: string, line: Buffer): Promise<void> {
  const before = await file.stat()
  if (!before.isFile())
    throw new AppError({
      message: `Cannot append to "${path}": expected a plain file`,
      code: 'SINK_NO_PLAIN_FILE',
      hint: 'Name a file, or a path where there is nothing yet.',
    })
  try {
    if (await endsInHalfLine(file, before.size)) await file.appendFile('\n')
    await file.appendFile(line)
    await file.datasync()
  } catch (error) {
    const { size } = await file.stat()
    if (size > before.size) await file.truncate(before.size)
    throw error
  }
}

/** A crash may have left one. It stays, as a line of its own: whoever reads the file may have read it by now. */
async function endsInHalfLine(file: FileHandle, size: number): Promise<boolean> {
  if (size === 0) return false
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1)
  return buffer[0] !== 10
}

/** The name of a new file survives a power cut only with its folder. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** The alert as the API gives it, and which word of it this is. */
function lineOf({ notice, alert }: SinkMessage): Buffer {
  const document = { ...alert, 'oddsock.notice.id': notice.id, 'oddsock.notice.reason': notice.reason }
  return Buffer.from(`${JSON.stringify(document)}\n`)
}
