import { EXIT } from './failure.ts'
import { main } from './main.ts'

// What `bin/oddsock` runs: the command line of this process.

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever read our output has had enough: that is no failure.
  if (error.code === 'EPIPE') process.exit(EXIT.fine)
  throw error
})
process.on('SIGINT', () => process.exit(EXIT.interrupted))
process.exitCode = await main(process.argv.slice(2), process)
