import { splitCommandLine } from './command-line.ts'
import type { EcsEvent } from './event.ts'
import { text, values } from './field.ts'
import { isInterpreter, type Script, scriptOf } from './interpreter.ts'
import { normalizePath, withoutDeleted } from './program-path.ts'

/** Version of the rule below. Stored beside each name as `oddsock.program_version`: names of two versions do not compare. */
export const PROGRAM_VERSION = 3

/** In place of a script: code on the command line or on standard input. */
export const INLINE = '<inline>'

/** Which program an event is about. */
export interface Program {
  /** P of detection-design §3, stored as `oddsock.program`: the executable, for an interpreter with what it runs. */
  readonly name: string
  /** E of detection-design §3: the executable alone, normalised. */
  readonly executable: string
  /** Where the code lies, as the event says it: the script or the file, or `<inline>`. For `directoryClassOf`. */
  readonly path: string
}

/**
 * Which program is this? The identity that the detector learns: `process.executable` (else `process.name`), normalised, and
 * for an interpreter also its script, `-m MODULE`, `-jar FILE` or `<inline>`. Undefined when the event names no process. The
 * name of the thread plays no part: one program has many.
 *
 * @example programOf({ process: { executable: '/usr/bin/python3.11', args: ['python3', '/srv/a.py'] } }) // '/usr/bin/python# /srv/a.py'
 */
export function programOf(event: EcsEvent): string | undefined {
  return readProgram(event)?.name
}

/** `programOf` with its parts. */
export function readProgram(event: EcsEvent): Program | undefined {
  // A login shell is started under a name with a dash in front.
  const file = text(event, 'process.executable') || text(event, 'process.name')?.replace(/^-/, '')
  if (!file) return undefined
  const executable = normalizePath(file)
  const fileName = lastComponent(file)
  const script = isInterpreter(fileName) ? scriptOf(fileName, argumentsOf(event)) : undefined
  if (script === undefined) return { name: executable, executable, path: file }
  return { name: `${executable} ${scriptName(script)}`, executable, path: scriptPath(script) ?? file }
}

function scriptName({ kind, name }: Script): string {
  if (kind === 'code') return INLINE
  const normal = normalizePath(name)
  if (kind === 'module') return `-m ${normal}`
  return kind === 'jar' ? `-jar ${normal}` : normal
}

/** A module is found by search, so its place is not known. */
function scriptPath({ kind, name }: Script): string | undefined {
  if (kind === 'module') return undefined
  return kind === 'code' ? INLINE : name
}

/** The arguments after the program's own name; a list is exact, a command line or title is taken apart. */
function argumentsOf(event: EcsEvent): readonly string[] {
  const list = values(event, 'process.args')
  if (list.length > 1) return list.slice(1).map(String)
  const line = text(event, 'process.command_line') ?? text(event, 'process.title') ?? ''
  const [self = '', ...args] = splitCommandLine(line)
  // "gunicorn: master [app]" is a title that the program gave itself, no command line.
  if (self.endsWith(':')) return []
  return isOwnTitle(self, args[0] ?? '') ? [self] : args
}

/**
 * Whether an interpreter shows the name of its script first instead of its own: "npm ci", "ddclient - sleeping". Then that is all
 * that is known of the script. Whoever starts it under a false name still has to tell it what to run: an option or a file.
 */
function isOwnTitle(self: string, first: string): boolean {
  if (self === '' || isInterpreter(lastComponent(self).replace(/^-/, ''))) return false
  return first === '-' || !(first.startsWith('-') || /[/.]/.test(first))
}

function lastComponent(path: string): string {
  const clean = withoutDeleted(path)
  return clean.slice(clean.lastIndexOf('/') + 1)
}
