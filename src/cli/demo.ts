import { createWriteStream } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { AppError } from '../domain/error.ts'
import { type DemoFile, demoFleet } from '../scenario/demo-fleet.ts'
import { scan } from './scan.ts'
import type { Io } from './terminal.ts'

export interface DemoOptions {
  readonly seed: number
  readonly folder: string
}

/** By this file a later run knows a folder for its own. */
const MARKER = '.oddsock-demo'

/**
 * `oddsock demo`: writes the logs of a made-up fleet, scans them with the real engine, and says where the report is.
 *
 * @throws AppError FOLDER_NOT_EMPTY when the folder holds anything but an earlier demo
 */
export async function demo({ seed, folder }: DemoOptions, io: Io): Promise<number> {
  const logs = join(folder, 'logs')
  const report = join(folder, 'report.html')
  await claim(folder)
  io.stderr.write(`Making two weeks of a small fleet (seed ${seed}) in "${logs}"\n`)
  for (const file of demoFleet(seed)) await writeLog(join(logs, file.path), file)
  const code = await scan([logs], { profile: 'recommended', format: 'table', html: report }, io)
  io.stderr.write(
    `Open "${report}" in a browser. Everything in "${folder}" is made up; remove the folder when you have seen it.\n`,
  )
  return code
}

/** Nothing of the user's is overwritten: the folder is new, empty, or an earlier demo's. */
async function claim(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const names = await readdir(folder)
  if (names.length > 0 && !names.includes(MARKER))
    throw new AppError({
      message: `Cannot make a demo in "${folder}": expected a folder that is empty, not there, or an earlier demo`,
      where: folder,
      code: 'FOLDER_NOT_EMPTY',
      hint: 'Name another with --folder; nothing is overwritten.',
    })
  await writeFile(
    join(folder, MARKER),
    'Everything in this folder was made up by `oddsock demo`, which may write it again.\n',
  )
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
