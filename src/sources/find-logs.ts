import { lstat, readdir, stat } from 'node:fs/promises'
import { join, parse, resolve, sep } from 'node:path'
import { rotationOf } from './rotation.ts'

/** A path with wildcards: `*` and `?` stand for any characters but `/`, `[…]` for one of them, and a part `**` for any folders that are no links. */
export function isGlob(path: string): boolean {
  return /[*?[]/.test(path)
}

/**
 * The logs that a glob, or the name of a folder, stands for now, each by the name that it is written under; rotated siblings are one
 * log. What may not be read is left out.
 */
export async function findLogs(path: string): Promise<readonly string[]> {
  const { root } = parse(resolve(path))
  const parts = resolve(path).slice(root.length).split(sep)
  const files = new Set<string>()
  await walk(root, isGlob(path) ? parts : [...parts, '**', '*'], files)
  return [...new Set([...files].map((file) => rotationOf(file).stem))].sort()
}

async function walk(folder: string, [part, ...rest]: readonly string[], files: Set<string>): Promise<void> {
  if (part === undefined) return
  if (!isGlob(part)) return step(join(folder, part), rest, files)
  const anyFolders = part === '**'
  if (anyFolders) await walk(folder, rest, files)
  const fits = anyFolders ? /^[^.]/ : patternOf(part)
  for (const name of await namesIn(folder)) {
    if (!fits.test(name)) continue
    const path = join(folder, name)
    if (!anyFolders) await step(path, rest, files)
    else if ((await lstat(path).catch(() => undefined))?.isDirectory()) await walk(path, [part, ...rest], files)
  }
}

async function step(path: string, rest: readonly string[], files: Set<string>): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory()) await walk(path, rest, files)
  else if (found?.isFile() && rest.length === 0) files.add(path)
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => [])
}

/** Names with a dot in front are hidden from wildcards, as in a shell. */
function patternOf(part: string): RegExp {
  const body = part.replace(/\[!?[^\]]+\]|[*?]|[^*?[]+|\[/g, (piece) => {
    if (piece === '*') return '[^/]*'
    if (piece === '?') return '[^/]'
    if (piece.length > 2 && piece.startsWith('[') && piece.endsWith(']'))
      return `[${piece.slice(1, -1).replace(/^!/, '^').replace(/[\\[]/g, '\\$&')}]`
    return piece.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  })
  return new RegExp(`^${part.startsWith('.') ? '' : '(?!\\.)'}${body}$`)
}
