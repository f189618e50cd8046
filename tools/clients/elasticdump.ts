import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Client, type Delivery, INSTALLED } from './client.ts'

/** Moves documents from a file; people run it again when they are not sure, so it runs twice. */
export const ELASTICDUMP: readonly Client[] = [
  { name: 'elasticdump, with ids', deliver: (delivery) => dump(delivery, true) },
  { name: 'elasticdump, without ids', deliver: (delivery) => dump(delivery, false) },
]

async function dump({ url, index, messages, folder }: Delivery, ids: boolean): Promise<void> {
  const file = join(folder, `${index}.ndjson`)
  const lines = messages.map((message, i) =>
    JSON.stringify({ ...(ids && { _id: `d${i}` }), _source: { '@timestamp': '2026-01-01T00:00:00Z', message } }),
  )
  writeFileSync(file, `${lines.join('\n')}\n`)
  const args = [join(INSTALLED, 'node_modules/elasticdump/bin/elasticdump')]
  args.push(`--input=${file}`, `--output=${url}/${index}`, '--type=data', '--limit=7')
  for (let round = 0; round < 2; round++) {
    const { status, stderr, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 })
    if (status !== 0 || /error/i.test(stderr)) throw new Error(`It ended with ${status}:\n${stdout}${stderr}`)
  }
}
