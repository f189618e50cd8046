import { isoTime } from '../../../domain/time.ts'
import { openEmbedded } from '../open-embedded.ts'

/**
 * A process that takes events into a state folder until it is killed, a hundred at a time: first the events, then the cursor of their
 * source, then the number of the last one to standard output. It goes on where the cursor stands, and now and then seals days.
 */
const storage = await openEmbedded(process.argv[2]!, { threads: 1, sealing: { fewest: 1 } })
const START = Date.UTC(2026, 0, 6)
const timeOf = (n: number) => START + n * 60_000
let cursor = (await storage.state.get('cursor')) ?? { version: 0, doc: 0 }
for (let n = Number(cursor.doc); ; n += 100) {
  const numbers = Array.from({ length: 100 }, (_, i) => n + 1 + i)
  await storage.events.append(
    numbers.map((number) => ({
      '@timestamp': isoTime(timeOf(number)),
      event: { id: `${number}` },
      host: { name: 'a' },
    })),
  )
  await storage.state.put('cursor', n + 100, cursor.version)
  cursor = { version: cursor.version + 1, doc: n + 100 }
  process.stdout.write(`${n + 100}\n`)
  if (n % 1000 === 0) await storage.tend!(timeOf(n))
}
