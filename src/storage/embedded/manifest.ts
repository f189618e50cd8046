import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { AppError } from '../../domain/error.ts'

/** In a backup: what belongs to it. It is written last, so a folder without one is no backup, or half of one. */
export const MANIFEST = 'manifest.json'

export interface Manifest {
  /** Grows when a program of today could not restore what a later one wrote. */
  readonly format: 1
  /** The version of oddsock that made it. */
  readonly oddsock: string
  /** ISO 8601. All up to this moment is in it. */
  readonly made_at: string
  readonly files: readonly ManifestFile[]
}

export interface ManifestFile {
  /** Below the folder, with `/`. */
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

/** Writes down the files that are in a folder, each with its checksum, durably. */
export async function writeManifest(dir: string, facts: Pick<Manifest, 'oddsock' | 'made_at'>): Promise<void> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const files: ManifestFile[] = []
  for (const path of paths.sort())
    files.push({
      path: path.slice(dir.length + 1),
      bytes: (await stat(path)).size,
      sha256: await checksum(path),
    })
  const manifest: Manifest = { format: 1, ...facts, files }
  const handle = await open(join(dir, MANIFEST), 'wx', 0o600)
  try {
    await handle.writeFile(`${JSON.stringify(manifest, null, 2)}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * What a backup holds, as it says itself.
 *
 * @throws AppError BACKUP_MISSING · BACKUP_DAMAGED · STORE_TOO_NEW
 */
export async function readManifest(dir: string): Promise<Manifest> {
  const path = join(dir, MANIFEST)
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new AppError({
      message: `Cannot find a backup in "${dir}": it has no ${MANIFEST}`,
      where: dir,
      code: 'BACKUP_MISSING',
      hint: 'Name the folder that was given to `oddsock backup`. One that was not finished ends in .unfinished and is of no use.',
      cause,
    })
  })
  const manifest = parsed(text)
  if (!isManifest(manifest)) throw damagedBackup(path, 'it is no list of files')
  if (manifest.format !== 1)
    throw new AppError({
      message: `Cannot read backup "${dir}": it was made by oddsock ${manifest.oddsock}, in a way that is not known here`,
      where: path,
      code: 'STORE_TOO_NEW',
      hint: `Install oddsock ${manifest.oddsock} or newer.`,
    })
  return manifest
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isManifest(value: unknown): value is Manifest {
  const { format, oddsock, files } = (value ?? {}) as Partial<Manifest>
  const isInside = ({ path }: ManifestFile) => typeof path === 'string' && !path.split(/[/\\]/).includes('..')
  return typeof format === 'number' && typeof oddsock === 'string' && Array.isArray(files) && files.every(isInside)
}

/** @throws AppError BACKUP_DAMAGED unless the file is there as it was written */
export async function checkFile(dir: string, file: ManifestFile): Promise<void> {
  const path = join(dir, file.path)
  const found = await stat(path).catch(() => undefined)
  if (!found) throw damagedBackup(path, 'it is missing')
  if (found.size !== file.bytes) throw damagedBackup(path, `it has ${found.size} bytes, expected ${file.bytes}`)
  if ((await checksum(path)) !== file.sha256) throw damagedBackup(path, 'its content is not what was written')
}

function damagedBackup(path: string, what: string): AppError {
  return new AppError({
    message: `Cannot use "${path}": ${what}`,
    where: path,
    code: 'BACKUP_DAMAGED',
    hint: 'This backup cannot be trusted any more. Take another one, and look at the disk that it lay on.',
  })
}

async function checksum(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash)
  return hash.digest('hex')
}
