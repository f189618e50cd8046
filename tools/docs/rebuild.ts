import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { alertExample } from './alert-example.ts'
import { cliReference } from './cli-reference.ts'
import { formatList } from './format-list.ts'
import { plugInReference, settingsReference } from './settings-reference.ts'

/** A folder in which the commands of the pages run, one page after another. */
export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), 'oddsock-docs-'))
  readonly #path: string

  constructor() {
    const bin = mkdtempSync(join(this.folder, '.bin-'))
    symlinkSync(resolve('bin/oddsock'), join(bin, 'oddsock'))
    this.#path = `${bin}${delimiter}${process.env.PATH}`
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text)
  }

  /** What a command prints on a terminal of 100 columns, both streams together, as lines. */
  run(command: string): string[] {
    const { stdout, error } = spawnSync('sh', ['-c', `{ ${command}\n} 2>&1`], {
      cwd: this.folder,
      env: { PATH: this.#path, COLUMNS: '100', NO_COLOR: '1', TZ: 'UTC' },
      encoding: 'utf8',
      maxBuffer: 1e8,
    })
    if (error) throw error
    if (stdout.includes('This is a bug in oddsock')) throw new RangeError(`Cannot show "${command}": ${stdout}`)
    return stdout.replace(/\n$/, '').split('\n')
  }

  remove(): void {
    rmSync(this.folder, { recursive: true })
  }
}

/**
 * A page as it should be:
 * - between `<!-- made: NAME -->` and `<!-- end -->` stands what the code says,
 * - a code block ` ```LANGUAGE FILE ` is written to that file,
 * - in a code block ` ```console `, each line `$ COMMAND` is followed by what the command prints. A line `…` stands for any
 *   number of lines: as many before and after it as there are stay.
 */
export async function rebuild(page: string, workplace: Workplace): Promise<string> {
  const pieces: string[] = []
  for (const piece of page.split(PIECE)) pieces.push(await remade(piece, workplace))
  return pieces.join('')
}

const PIECE = /(<!-- made: [a-z-]+ -->\n.*?<!-- end -->|^```.*?^```$)/ms

async function remade(piece: string, workplace: Workplace): Promise<string> {
  const made = /^<!-- made: ([a-z-]+) -->/.exec(piece)
  if (made) return `${made[0]}\n\n${await madePart(made[1]!, workplace)}\n\n<!-- end -->`
  const [, info = '', body = ''] = /^```(.*?)\n(.*)```$/s.exec(piece) ?? []
  if (info === 'console') return `\`\`\`console\n${printed(body, workplace)}\n\`\`\``
  const [, file] = info.split(' ')
  if (file) workplace.write(file, body)
  return piece
}

async function madePart(name: string, workplace: Workplace): Promise<string> {
  if (name === 'cli') return cliReference()
  if (name === 'formats') return formatList()
  if (name === 'alert-example') return alertExample(workplace)
  if (name === 'settings') return settingsReference()
  if (name === 'sources' || name === 'sinks') return plugInReference(name)
  throw new RangeError(`Cannot make "${name}": known are cli, formats, alert-example, settings, sources and sinks`)
}

function printed(body: string, workplace: Workplace): string {
  return body
    .split(/^(?=\$ )/m)
    .map((part) => {
      const [command = '', ...expected] = part.trimEnd().split('\n')
      const output = workplace.run(command.slice(2)).filter((line, _i, all) => all.length > 1 || line !== '')
      return [command, ...shownOf(expected, output)].join('\n')
    })
    .join('\n')
}

function shownOf(expected: readonly string[], output: readonly string[]): readonly string[] {
  const gap = expected.indexOf('…')
  if (gap < 0) return output
  const after = expected.length - gap - 1
  return [...output.slice(0, gap), '…', ...(after > 0 ? output.slice(-after) : [])]
}
