import type { Terminal } from './terminal.ts'

/** What has been read of all that is to be read, told as the status of a command. */
export class Progress {
  readonly #terminal: Terminal
  /** Bytes in all; NaN if unknown. */
  readonly #size: number
  readonly #started = Date.now()
  #read = 0

  constructor(terminal: Terminal, size: number) {
    this.#terminal = terminal
    this.#size = size
  }

  add(bytes: number): void {
    this.#read += bytes
    const now = Date.now()
    this.#terminal.status(() => progressText(this.#read, this.#size, now - this.#started), now)
  }
}

/** @example progressText(50e6, 200e6, 1000) // '50 MB read, 50 MB/s, 25 %, 3 s left' */
export function progressText(read: number, size: number, milliseconds: number): string {
  const perSecond = (1000 * read) / Math.max(1, milliseconds)
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`
  const said = [`${megabytes(read)} read`, `${megabytes(perSecond)}/s`]
  // A file that has grown since has more than all of it.
  if (size >= read && read > 0)
    said.push(`${((100 * read) / size).toFixed(0)} %`, `${((size - read) / perSecond).toFixed(0)} s left`)
  return said.join(', ')
}
