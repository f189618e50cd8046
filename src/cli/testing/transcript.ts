import { type Run, run } from './run.ts'

/**
 * Command lines with what they print, as text for a golden file. Each begins with `$ oddsock …` (words apart by spaces); lines of
 * standard error begin with `! `, and an exit code that is not 0 ends it: `? 2`.
 */
export async function transcript(commands: readonly string[]): Promise<string> {
  const told: string[] = []
  for (const command of commands) told.push(tell(command, await run(command.split(' ').slice(1))))
  return told.join('\n')
}

/** The command lines of a transcript. */
export function commandsIn(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('$ '))
    .map((line) => line.slice(2))
}

function tell(command: string, { code, out, err }: Run): string {
  const errors = err.split('\n').slice(0, -1)
  return [`$ ${command}\n`, out, ...errors.map((line) => `! ${line}\n`), code === 0 ? '' : `? ${code}\n`].join('')
}
