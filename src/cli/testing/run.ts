import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { after } from 'node:test'
import { main } from '../main.ts'

/** What a command line did. */
export interface Run {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface RunOptions {
  readonly stdin?: AsyncIterable<Buffer> | Buffer | string
  readonly env?: NodeJS.ProcessEnv
  /** Both outputs are a terminal. */
  readonly terminal?: boolean
}

/** Runs a command line in this process, with streams that are kept. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const [out, err]: string[][] = [[], []]
  const stream = (kept: string[]) =>
    ({
      write: (text: string) => kept.push(text) > 0,
      isTTY: options.terminal ?? false,
    }) as unknown as NodeJS.WriteStream
  const { stdin = '' } = options
  const code = await main(args, {
    stdin:
      Symbol.asyncIterator in Object(stdin)
        ? (stdin as AsyncIterable<Buffer>)
        : Readable.from([Buffer.from(stdin as string)]),
    stdout: stream(out!),
    stderr: stream(err!),
    env: options.env ?? {},
  })
  return { code, out: out!.join(''), err: err!.join('') }
}

/** A folder that is there while the tests of a file run. */
export function testFolder(): { readonly path: string; write(name: string, content: string | Buffer): string } {
  const path = mkdtempSync(join(tmpdir(), 'oddsock-cli-'))
  after(() => rmSync(path, { recursive: true }))
  return {
    path,
    write(name, content) {
      const file = join(path, name)
      writeFileSync(file, content)
      return file
    },
  }
}
