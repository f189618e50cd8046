import { existsSync } from 'node:fs'
import { appendFile, readFile } from 'node:fs/promises'
import { AppError } from '../domain/error.ts'
import { drawApiKey, type Scope } from '../http/api-keys.ts'
import { visible } from '../report/visible.ts'
import { CHOOSE_PLACE, reasonOf } from '../sources/unreadable.ts'
import { EXIT } from './failure.ts'
import { type Io, Terminal } from './terminal.ts'

export interface AddKeyOptions {
  readonly file: string
  readonly scope: Scope
}

/** `oddsock keys add`: draws a key, adds its hash to the file of keys, and shows the key itself this once. */
export async function addKey(id: string, { file, scope }: AddKeyOptions, io: Io): Promise<number> {
  const terminal = new Terminal(io)
  if (!/^[\w.-]+$/.test(id))
    throw new AppError({
      message: `Cannot add a key "${id}": expected letters, digits, dots, dashes and underscores`,
      code: 'USAGE',
      hint: 'Name the machines or the person that will have it: web-fleet.',
    })
  const { key, line } = drawApiKey(id, scope)
  let before = 0
  try {
    if (existsSync(file))
      before = (await readFile(file, 'utf8')).split('\n').filter((other) => other.trim().startsWith(`${id}:`)).length
    await appendFile(file, `${line}\n`, { mode: 0o600 })
  } catch (cause) {
    throw new AppError({
      message: `Cannot add a key to "${file}": ${reasonOf(cause)}`,
      code: 'OUTPUT_UNWRITABLE',
      hint: CHOOSE_PLACE,
      cause,
    })
  }
  await terminal.out(key)
  terminal.note(`Added to ${visible(file)}, which holds only its hash: this is the one time that you see the key.`)
  if (before > 0)
    terminal.note(
      `"${id}" has ${before + 1} keys now, all of which are let in: take a line out of the file when its key is in use no more.`,
    )
  terminal.note(`Shippers take it as user "${id}" with the key as password, or as the API key ${encoded(id, key)}`)
  terminal.note('A server that runs with this file as http.keys_file knows it within seconds.')
  return EXIT.fine
}

/** As clients of Elastic want an API key. */
function encoded(id: string, key: string): string {
  return Buffer.from(`${id}:${key}`).toString('base64')
}
