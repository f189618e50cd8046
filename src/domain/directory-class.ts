import { INLINE } from './program.ts'
import { isHidden } from './program-path.ts'

/** Classes of detection-design §3, the first that fits. */
export const DIRECTORY_CLASSES = ['inl', 'del', 'hid', 'tmp', 'etc', 'home', 'sys', 'lib', 'local'] as const
export type DirectoryClass = (typeof DIRECTORY_CLASSES)[number]

const DELETED = /^\/memfd:|^\/proc\/| \(deleted\)$/
const TEMPORARY = /^\/(?:tmp|var\/tmp|dev\/shm|run\/user)(?:\/|$)/
const HOME = /^\/(?:home|root)(?:\/|$)/
/** The system's own programs, also those in a `bin` below a library tree (a JVM, a database server). */
const SYSTEM = /^\/(?:snap|(?:usr\/)?(?:s?bin|libexec))\/|^\/(?:usr\/)?lib\w*\/.*\/(?:s?bin|libexec)\//
const LIBRARY = /^\/(?:usr\/(?:local\/)?)?lib\w*\//

/**
 * What kind of place the code of a program lies in: `inl` no file at all, `del` a file that is gone or was never on disk,
 * `hid` a hidden file, or a hidden directory outside home directories (these are full of them), `tmp`, `etc`, `home`, `sys`, `lib`, and `local` for all others.
 *
 * @param path as the event gives it, not normalised (that removes ` (deleted)`): `path` of `readProgram`
 */
export function directoryClassOf(path: string): DirectoryClass {
  if (path === INLINE) return 'inl'
  if (DELETED.test(path)) return 'del'
  const atHome = HOME.test(path)
  if (atHome ? isHidden(path.slice(path.lastIndexOf('/') + 1)) : path.split('/').some(isHidden)) return 'hid'
  if (TEMPORARY.test(path)) return 'tmp'
  if (path.startsWith('/etc/')) return 'etc'
  if (atHome) return 'home'
  if (SYSTEM.test(path)) return 'sys'
  return LIBRARY.test(path) ? 'lib' : 'local'
}
