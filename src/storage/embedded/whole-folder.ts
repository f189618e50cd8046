import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { AppError } from '../../domain/error.ts'
import { synced } from './day-files.ts'

/**
 * Makes a folder that is there whole or not at all: it is filled under another name, `….unfinished`, which a later attempt clears away.
 *
 * @param fill writes the files and sees to it that they are on the disk
 * @throws AppError FOLDER_NOT_EMPTY, and errors of the file system as they are
 */
export async function wholeFolder(dir: string, fill: (dir: string) => Promise<void>): Promise<void> {
  const path = resolve(dir)
  if (!(await isFree(path)))
    throw new AppError({
      message: `Cannot write into "${dir}": expected a folder that is empty or not there`,
      where: dir,
      code: 'FOLDER_NOT_EMPTY',
      hint: 'Name another folder; nothing is overwritten.',
    })
  const unfinished = `${path}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(dirname(path), { recursive: true })
  await mkdir(unfinished, { mode: 0o700 })
  try {
    await fill(unfinished)
    await synced(unfinished)
    await rename(unfinished, path)
    await synced(dirname(path))
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    throw error
  }
}

async function isFree(path: string): Promise<boolean> {
  const names = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return names.length === 0
}
