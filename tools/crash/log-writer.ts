import { appendFileSync, mkdirSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import type { EpochMs } from '../../src/domain/time.ts'
import type { Logged } from './traffic.ts'

/** Writes a log as its daemon would: lines in time, sometimes half of one first, and now and then a rotation by rename. */
export class LogWriter {
  readonly path: string
  readonly #lines: readonly Logged[]
  readonly #rotateEvery: number
  #at = 0
  #rotations = 0
  #pending = ''

  constructor(path: string, lines: readonly Logged[], rotations: number) {
    this.path = path
    this.#lines = lines
    this.#rotateEvery = Math.ceil(lines.length / (rotations + 1))
    mkdirSync(dirname(path), { recursive: true })
    appendFileSync(path, '')
  }

  /** Writes what happened before this time. */
  writeUntil(time: EpochMs): void {
    let text = this.#pending
    this.#pending = ''
    while (this.#at < this.#lines.length && this.#lines[this.#at]!.time < time) {
      text += `${this.#lines[this.#at++]!.text}\n`
      if (this.#at % this.#rotateEvery > 0 || this.#at === this.#lines.length) continue
      appendFileSync(this.path, text)
      text = ''
      this.#rotate()
    }
    // A daemon's buffer ends where it ends.
    if (text.length > 20 && this.#at < this.#lines.length) {
      this.#pending = text.slice(-10)
      text = text.slice(0, -10)
    }
    if (text !== '') appendFileSync(this.path, text)
  }

  /** Older files move on by one, as auditd does it. */
  #rotate(): void {
    for (let n = this.#rotations; n > 0; n--) renameSync(`${this.path}.${n}`, `${this.path}.${n + 1}`)
    renameSync(this.path, `${this.path}.1`)
    appendFileSync(this.path, '')
    this.#rotations++
  }
}
