import { CommanderError } from 'commander'
import { commands } from './commands.ts'
import { EXIT, failureOf } from './failure.ts'
import type { Io } from './terminal.ts'

/** Runs one command line. */
export async function main(args: readonly string[], io: Io): Promise<number> {
  let code: number = EXIT.fine
  try {
    await commands(io, (exit) => {
      code = exit
    }).parseAsync(args, { from: 'user' })
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.fine : EXIT.usage
    const failure = failureOf(thrown)
    io.stderr.write(`${failure.text}\n`)
    return failure.exit
  }
  return code
}
