import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Datafeed } from '../../datafeed/datafeed.ts'
import { rowOf } from '../../datafeed/observe.ts'
import type { EcsEvent } from '../../domain/event.ts'
import { DAY } from '../../domain/time.ts'
import { Input } from '../../engine/input.ts'
import { recognise } from '../../formats/index.ts'
import { fieldsOf } from '../../query/ast.ts'
import { findFiles } from '../../sources/find-files.ts'
import type { OpenReader } from '../contract/history.ts'
import { eventReaderContract } from '../contract.ts'
import { FileEvents } from './file-events.ts'
import { EventFiles } from './read-back.ts'

/** The batches of a history as one NDJSON file, read on by as many lines as each batch has. */
async function open(
  name: string,
  pack: (text: string) => string | Buffer,
  batches: readonly (readonly EcsEvent[])[],
  feeds: readonly Datafeed[],
): Promise<OpenReader> {
  const folder = await mkdtemp(join(tmpdir(), 'oddsock-files-'))
  const lines = batches.flat().map((event) => `${JSON.stringify(event)}\n`)
  await writeFile(join(folder, name), pack(lines.join('')))
  const { sources } = await findFiles([folder])
  const fields = [...new Set(feeds.flatMap((feed) => [...feed.fields, ...fieldsOf(feed.query)]))]
  const profile = (event: EcsEvent) => ({ host: 0, rows: feeds.map((feed) => rowOf(feed, event)) })
  const input = new Input(0, sources[0]!, {
    recognise,
    fields,
    profile,
    decisive: [],
    isIdle: () => false,
    onReject: () => {},
  })
  const reader = new FileEvents(new EventFiles([input]), feeds, DAY)
  return {
    reader,
    async take(events) {
      const { queue } = input
      for (let taken = 0; taken < events.length; taken++) {
        await input.fill()
        const i = queue.head++
        const time = queue.times[i]!
        if (!reader.isNew(queue.ids[i]!, time)) continue
        reader.add(queue.profiles[i]!.rows, time, time, 0, queue.froms[i]!, queue.tos[i]!)
      }
      return reader.seq
    },
    close: () => rm(folder, { recursive: true }),
  }
}

eventReaderContract('files', (batches, feeds) => open('events.ndjson', (text) => text, batches, feeds))
eventReaderContract('packed files', (batches, feeds) =>
  open('events.ndjson.gz', (text) => gzipSync(text), batches, feeds),
)
