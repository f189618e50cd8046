import { visible } from '../report/visible.ts'

/** What a command reads and writes: results go to `stdout`, everything else to `stderr`. */
export interface Io {
  readonly stdin: AsyncIterable<Buffer>
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly env: NodeJS.ProcessEnv
}

export interface TerminalOptions {
  readonly color?: ColorChoice
  readonly quiet?: boolean
  /** Tell how far things are where standard error is no terminal, too: for long runs under another program. */
  readonly logsStatus?: boolean
}

export type ColorChoice = 'auto' | 'always' | 'never'
export type Color = 'red' | 'yellow' | 'blue' | 'dim' | 'bold'

const CODES: Record<Color, string> = { red: '31', yellow: '33', blue: '34', dim: '2', bold: '1' }

/** Milliseconds between two states of the status line. */
const STATUS_ON_TERMINAL = 100
const STATUS_IN_LOG = 30_000

/** Writes for a person or a program; colour only where the stream is a terminal, or asked for. */
export class Terminal {
  readonly #io: Io
  readonly #color: boolean
  readonly quiet: boolean
  readonly #logsStatus: boolean
  #statusAt = Number.NaN
  #statusShown = false

  constructor(io: Io, options: TerminalOptions = {}) {
    this.#io = io
    this.#color = wantsColor(io, options.color ?? 'auto')
    this.quiet = options.quiet ?? false
    this.#logsStatus = options.logsStatus ?? false
  }

  get columns(): number {
    return Number(this.#io.env.COLUMNS) || this.#io.stdout.columns || 100
  }

  /** A line of the result. Resolves when the stream can take more. */
  async out(line: string): Promise<void> {
    this.#clearStatus()
    if (!this.#io.stdout.write(`${line}\n`))
      await new Promise<void>((resolve) => this.#io.stdout.once('drain', () => resolve()))
  }

  /** A line for the person beside the result; what a terminal would act on is shown as a sign. */
  note(line: string): void {
    if (!this.quiet) this.error(line)
  }

  /** As `note`, even when quiet. */
  error(line: string): void {
    this.#clearStatus()
    this.#io.stderr.write(`${visible(line)}\n`)
  }

  /** How far things are: on a terminal one line that is written over ten times a second at most, in a log a line every 30 s. */
  status(line: () => string, now: number): void {
    const onTerminal = this.#io.stderr.isTTY === true
    if (this.quiet || !(onTerminal || this.#logsStatus)) return
    if (Number.isNaN(this.#statusAt)) this.#statusAt = onTerminal ? Number.NEGATIVE_INFINITY : now
    if (now - this.#statusAt < (onTerminal ? STATUS_ON_TERMINAL : STATUS_IN_LOG)) return
    this.#statusAt = now
    this.#statusShown = onTerminal
    this.#io.stderr.write(onTerminal ? `\r\u001b[K${line().slice(0, this.columns - 1)}` : `${line()}\n`)
  }

  paint(text: string, ...colors: Color[]): string {
    if (!this.#color) return text
    return `\u001b[${colors.map((color) => CODES[color]).join(';')}m${text}\u001b[0m`
  }

  #clearStatus(): void {
    if (!this.#statusShown) return
    this.#statusShown = false
    this.#io.stderr.write('\r\u001b[K')
  }
}

function wantsColor({ stdout, env }: Io, choice: ColorChoice): boolean {
  if (choice !== 'auto') return choice === 'always'
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR && env.FORCE_COLOR !== '0') return true
  return stdout.isTTY === true && env.TERM !== 'dumb'
}

/** Breaks a text into lines of at most `width`, the second and later ones indented. Host-controlled text is made visible. */
export function wrapped(text: string, width: number, indent: string): string {
  const lines: string[] = []
  let line = ''
  for (const word of visible(text).split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width - indent.length) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  lines.push(line)
  return lines.join(`\n${indent}`)
}
