import { openDuckStore } from '../duck-store.ts'
import { openStateFile } from '../open-state.ts'

/** Tries to open both halves of a state folder, and tells for each how that went: `opened`, or the code of the refusal. */
const dir = process.argv[2]!
for (const attempt of [() => openStateFile(dir, '0.1.0'), () => openDuckStore(dir)])
  console.log(
    await attempt().then(
      () => 'opened',
      (error) => error.code,
    ),
  )
process.exit()
