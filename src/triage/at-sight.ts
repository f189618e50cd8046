import { directoryClassOf } from '../domain/directory-class.ts'
import type { Sightings } from './history.ts'

/** A program that uses the network, and when and where it was seen. */
export interface SeenProgram {
  readonly value: string
  readonly seen: Sightings
}

/**
 * Programs whose code lies where hardly anybody keeps any: in a hidden place, a temporary directory, or no file at all. That needs no
 * past to be odd, so it is told even of what was there before the first line of a log. Of the rarest, the first.
 */
export function oddAtSight(programs: readonly SeenProgram[]): SeenProgram[] {
  return programs
    .filter(({ value }) => placesOf(value).some((path) => ODD.has(directoryClassOf(path))))
    .sort((a, b) => a.seen.buckets - b.seen.buckets || (a.value < b.value ? -1 : 1))
}

const ODD: ReadonlySet<string> = new Set(['hid', 'tmp', 'del'])

/** The file of a program, and that of its script; a path may hold a blank, and is then told by its beginning. */
function placesOf(program: string): string[] {
  return program.split(' ').filter((part) => part.startsWith('/'))
}
