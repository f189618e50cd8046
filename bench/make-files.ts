// Makes the files of the bench, the same bytes every time, in a folder outside the repository.
// usage: node --import tsx bench/make-files.ts [--size MB]
import { createWriteStream, existsSync } from 'node:fs'
import { mkdir, rename } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { createGzip } from 'node:zlib'
import { documents, flood } from './documents.ts'
import { rawLog } from './raw-log.ts'

export interface BenchFiles {
  readonly raw: string
  readonly documents: string
  readonly rawPacked: string
  /** A folder with the logs of a hundred hosts over the same week, which a scan has to have open all at once. */
  readonly hundred: string
  readonly flood: string
}

export const FLOOD_NAMES = 1_000_000
const BLOCK = 1 << 20

/** The files of about `megabytes` (10⁶ bytes) each, made now where they are missing. */
export async function makeFiles(megabytes: number): Promise<BenchFiles> {
  const folder = process.env.BENCH_FOLDER ?? join(tmpdir(), 'oddsock-bench')
  await mkdir(folder, { recursive: true })
  const size = megabytes * 1e6
  const files = {
    raw: join(folder, `audit-${megabytes}.log`),
    documents: join(folder, `documents-${megabytes}.ndjson`),
    rawPacked: join(folder, `audit-${megabytes}.log.gz`),
    hundred: join(folder, `hundred-${megabytes}`),
    flood: join(folder, 'flood.ndjson'),
  }
  await make(files.raw, () => rawLog(size))
  await make(files.documents, () => documents(size))
  await make(files.rawPacked, () => rawLog(size))
  // A host without a name in its log is called after its folder, so that the same lines are other events.
  for (let host = 0; host < 100; host++) {
    const own = join(files.hundred, `host-${host}`)
    await mkdir(own, { recursive: true })
    await make(join(own, 'audit.log'), () => rawLog(size / 100))
  }
  await make(files.flood, () => flood(FLOOD_NAMES))
  return files
}

/** Under another name until it is whole, so that an interrupted run leaves nothing that looks like a file of ours. */
async function make(path: string, content: () => Iterable<string>): Promise<void> {
  if (existsSync(path)) return
  const unfinished = `${path}.unfinished`
  const out = createWriteStream(unfinished)
  if (path.endsWith('.gz')) await pipeline(blocks(content()), createGzip({ level: 1 }), out)
  else await pipeline(blocks(content()), out)
  await rename(unfinished, path)
}

function* blocks(pieces: Iterable<string>): Generator<string> {
  let block: string[] = []
  let length = 0
  for (const piece of pieces) {
    block.push(piece)
    length += piece.length
    if (length < BLOCK) continue
    yield block.join('')
    block = []
    length = 0
  }
  yield block.join('')
}

if (import.meta.url === pathToFileURL(process.argv[1]!).href) {
  const { values } = parseArgs({ options: { size: { type: 'string', default: '900' } } })
  console.log(Object.values(await makeFiles(Number(values.size))).join('\n'))
}
