import { isInterpreter } from '../../domain/interpreter.ts'

/**
 * The executable within the name of a program (E of detection-design §3), which for an interpreter is the part before the script.
 *
 * @example executableOf('/usr/bin/python# /srv/a.py') // '/usr/bin/python#'
 */
export function executableOf(program: string): string {
  for (let blank = program.indexOf(' '); blank >= 0; blank = program.indexOf(' ', blank + 1)) {
    const before = program.slice(0, blank)
    if (isInterpreter(fileName(before).replace(/#/g, '1'))) return before
  }
  return program
}

/** The directory that a program's code lies in: of the script if it is a path, else of the executable. */
export function placeOf(program: string): string {
  const executable = executableOf(program)
  const script = program.slice(executable.length + 1)
  const path = script.startsWith('/') ? script : executable
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
