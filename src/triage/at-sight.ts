import { directoryClassOf } from '../domain/directory-class.ts'

/**
 * Whether the code of a program lies where hardly anybody keeps any: in a hidden place, a temporary directory, or no file at all. That needs no
 * past to be odd, so it holds even for what was there before the first line of a log.
 */
export function isOddAtSight(program: string): boolean {
  return placesOf(program).some((path) => ODD.has(directoryClassOf(path)))
}

const ODD: ReadonlySet<string> = new Set(['hid', 'tmp', 'del'])

/** The file of a program, and that of its script; a path may hold a blank, and is then told by its beginning. */
function placesOf(program: string): string[] {
  return program.split(' ').filter((part) => part.startsWith('/'))
}
