import { visible } from '../report/visible.ts'

/** What a command reads and writes: results go to `stdout`, everything else to `stderr`. */
export interface Io {
  readonly stdin: AsyncIterable<Buffer>
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly env: NodeJS.ProcessEnv
}

export type ColorChoice = 'auto' | 'always' | 'never'
export type Color = 'red' | 'yellow' | 'blue' | 'dim' | 'bold'

const CODES: Record<Color, string> = { red: '31', yellow: '33', blue: '34', dim: '2', bold: '1' }

/** Writes for a person or a program; colour only where the stream is a terminal, or asked for. */
export class Terminal {
  readonly #io: Io
  readonly #color: boolean
  readonly quiet: boolean
  #statusAt = 0
  #statusShown = false

  constructor(io: Io, options: { readonly color?: ColorChoice; readonly quiet?: boolean } = {}) {
    this.#io = io
    this.#color = wantsColor(io, options.color ?? 'auto')
    this.quiet = options.quiet ?? false
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

  /** A line for the person beside the result. */
  note(line: string): void {
    if (this.quiet) return
    this.#clearStatus()
    this.#io.stderr.write(`${line}\n`)
  }

  /** Shown even when quiet. */
  error(line: string): void {
    this.#clearStatus()
    this.#io.stderr.write(`${line}\n`)
  }

  /** One line that is written over and over, ten times a second at most, on a terminal only. */
  status(line: () => string, now: number): void {
    if (this.quiet || !this.#io.stderr.isTTY || now - this.#statusAt < 100) return
    this.#statusAt = now
    this.#statusShown = true
    this.#io.stderr.write(`\r\u001b[K${line().slice(0, this.columns - 1)}`)
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
