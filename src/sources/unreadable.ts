const REASONS: ReadonlyMap<string | undefined, string> = new Map([
  ['EACCES', 'no permission'],
  ['EPERM', 'no permission'],
  ['ENOENT', 'there is no such file or folder'],
  ['ENOTDIR', 'there is no such file or folder'],
  ['EISDIR', 'it is a folder'],
  ['ELOOP', 'its links lead round in a circle'],
  ['EMFILE', 'too many files are open'],
  ['ENOSPC', 'no space is left'],
  ['EIO', 'the disk or the network failed'],
])

/** What to do about a file that cannot be read. */
export const CHECK_PATH = 'Check the path, and whether the user that runs oddsock may read it.'
/** What to do about a file that cannot be written. */
export const CHOOSE_PLACE = 'Choose a place that may be written to, or make room there.'

/** Why the file system refused, in words; its own where we have none. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return REASONS.get(code) ?? message ?? String(error)
}
