import { resolve } from 'node:path'
import { AppError } from '../domain/error.ts'
import { counted } from '../domain/words.ts'
import { visible } from '../report/visible.ts'
import { restoreFrom, verifyBackup } from '../storage/embedded/backup.ts'
import type { Manifest } from '../storage/embedded/manifest.ts'
import { EXIT } from './failure.ts'
import { type SettingsOptions, withApi } from './settings.ts'
import { type Io, Terminal } from './terminal.ts'

/** `oddsock backup`: copies the store into a new folder, while a server runs or not. */
export function backup(folder: string, options: SettingsOptions, io: Io): Promise<number> {
  return withApi(options, io, async (api) => {
    const terminal = new Terminal(io)
    const path = resolve(folder)
    await api.post('/api/v1/backups', { folder: path })
    await terminal.out(`Backup of ${api.name}: ${summary(await verifyBackup(path))} in ${visible(folder)}`)
    return EXIT.fine
  })
}

export interface RestoreOptions {
  readonly verify?: boolean
  readonly into?: string
}

/** `oddsock restore`: reads a backup through, and makes a state folder of it unless only that was asked for. */
export async function restore(folder: string, { verify = false, into }: RestoreOptions, io: Io): Promise<number> {
  const terminal = new Terminal(io)
  if (verify) {
    await terminal.out(`Every file is as it was written: ${summary(await verifyBackup(folder))}`)
    return EXIT.fine
  }
  if (into === undefined)
    throw new AppError({
      message: 'Cannot restore: it is not said where to',
      code: 'USAGE',
      hint: `oddsock restore ${folder} --into FOLDER, an empty one; or --verify to only look.`,
    })
  await terminal.out(`Restored to ${visible(into)}: ${summary(await restoreFrom(folder, into))}`)
  return EXIT.fine
}

function summary({ files, made_at }: Manifest): string {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  return `${counted(files.length, 'file')}, ${counted(bytes, 'byte')}, made ${made_at}`
}
