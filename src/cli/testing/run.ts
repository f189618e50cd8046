import { Readable } from 'node:stream'
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
