import { describe, EXIT } from './failure.ts'
import { main } from './main.ts'
import { unwritable } from './rejects.ts'

// What `bin/oddsock` runs: the command line of this process.

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever read our output has had enough: that is no failure.
  if (error.code === 'EPIPE') process.exit(EXIT.fine)
  process.stderr.write(`${describe(unwritable('standard output', error))}\n`)
  process.exit(EXIT.surroundings)
})
process.on('SIGINT', () => process.exit(EXIT.interrupted))
process.exitCode = await main(process.argv.slice(2), process)
