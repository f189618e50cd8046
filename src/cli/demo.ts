import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type DemoFile, demoFleet } from '../scenario/demo-fleet.ts'
import { scan } from './scan.ts'
import type { Io } from './terminal.ts'

export interface DemoOptions {
  readonly seed: number
  readonly folder: string
}

/** `oddsock demo`: writes the logs of a made-up fleet, scans them with the real engine, and says where the report is. */
export async function demo({ seed, folder }: DemoOptions, io: Io): Promise<number> {
  const logs = join(folder, 'logs')
  const report = join(folder, 'report.html')
  io.stderr.write(`Making two weeks of a small fleet (seed ${seed}) in "${logs}"\n`)
  for (const file of demoFleet(seed)) await writeLog(join(logs, file.path), file)
  const code = await scan([logs], { profile: 'recommended', format: 'table', html: report }, io)
  io.stderr.write(
    `Open "${report}" in a browser. Everything in "${folder}" is made up; remove the folder when you have seen it.\n`,
  )
  return code
}

async function writeLog(path: string, { lines }: DemoFile): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await pipeline(function* () {
    let block = ''
    for (const line of lines) {
      block += `${line}\n`
      if (block.length < 65_536) continue
      yield block
      block = ''
    }
    yield block
  }, createWriteStream(path))
}
