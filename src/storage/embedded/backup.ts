import { constants, copyFile, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError } from '../../domain/error.ts'
import { synced } from './day-files.ts'
import { checkFile, type Manifest, readManifest, writeManifest } from './manifest.ts'
import { STATE_FILE, type StateFile } from './open-state.ts'
import type { DuckStore } from './reopening.ts'
import { Sqlite } from './sqlite.ts'
import { wholeFolder } from './whole-folder.ts'

/** The parts of an open store. */
export interface BackupParts {
  readonly file: StateFile
  readonly duck: DuckStore
  /** The version of this program. */
  readonly program: string
}

/**
 * Writes a backup of a store that is in use. The state comes first and the events after it: what is restored then looks like a crash at
 * the moment of the first, and a start knows how to go on from that. State must never be ahead (`time-and-order.md` §5).
 *
 * @param dir empty or not there
 * @throws AppError BACKUP_FAILED · FOLDER_NOT_EMPTY · STORE_DAMAGED
 */
export async function backupTo({ file, duck, program }: BackupParts, dir: string): Promise<void> {
  try {
    await wholeFolder(dir, async (unfinished) => {
      const made_at = new Date().toISOString()
      const state = join(unfinished, STATE_FILE)
      file.db.copyTo(state)
      // Opening it looks whether it is whole.
      const copy = await Sqlite.open(state)
      copy.close()
      await duck.copyTo(unfinished)
      await writeManifest(unfinished, { oddsock: program, made_at })
    })
  } catch (cause) {
    if (cause instanceof AppError && !['STORE_FULL', 'STORE_UNREADABLE'].includes(cause.code)) throw cause
    const { code, message } = cause as NodeJS.ErrnoException
    throw new AppError({
      message: `Cannot write a backup to "${dir}": ${code === 'STORE_FULL' ? 'no space is left there' : message}`,
      where: dir,
      code: 'BACKUP_FAILED',
      hint: 'Nothing is left of it there, and the store is as it was. Look at the room and the permissions of that folder.',
      cause,
    })
  }
}

/**
 * Reads a backup from beginning to end: each file is there as it was written.
 *
 * @throws AppError BACKUP_MISSING · BACKUP_DAMAGED · STORE_TOO_NEW
 */
export async function verifyBackup(dir: string): Promise<Manifest> {
  const manifest = await readManifest(dir)
  for (const file of manifest.files) await checkFile(dir, file)
  return manifest
}

/**
 * Makes a state folder from a backup, which is verified first and left as it is.
 *
 * @param into empty or not there
 * @throws AppError BACKUP_MISSING · BACKUP_DAMAGED · STORE_TOO_NEW · FOLDER_NOT_EMPTY · RESTORE_FAILED
 */
export async function restoreFrom(dir: string, into: string): Promise<Manifest> {
  const manifest = await verifyBackup(dir)
  try {
    await wholeFolder(into, async (unfinished) => {
      const folders = new Set(manifest.files.map(({ path }) => dirname(join(unfinished, path))))
      for (const folder of folders) await mkdir(folder, { recursive: true, mode: 0o700 })
      for (const { path } of manifest.files) {
        await copyFile(join(dir, path), join(unfinished, path), constants.COPYFILE_FICLONE)
        await synced(join(unfinished, path))
      }
      for (const folder of folders) await synced(folder)
    })
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw new AppError({
      message: `Cannot restore into "${into}": ${(cause as Error).message}`,
      where: into,
      code: 'RESTORE_FAILED',
      hint: 'Nothing is left of it there, and the backup is as it was. Look at the room and the permissions of that folder.',
      cause,
    })
  }
  return manifest
}
