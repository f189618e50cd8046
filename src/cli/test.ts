import { readFile } from 'node:fs/promises'
import { AppError } from '../domain/error.ts'
import { visible } from '../report/visible.ts'
import { parseStory } from '../scenario/parse.ts'
import { judge } from '../scenario/report.ts'
import { runStory } from '../scenario/run.ts'
import { describe, EXIT } from './failure.ts'

interface Output {
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown }
}

/**
 * `oddsock test`: runs stories, and tells of each that is not true what really happened.
 *
 * @returns 0 all are true · 1 one is not · 2 one cannot be read or run · 3 a file cannot be read
 */
export async function testStories(files: readonly string[], io: Output): Promise<number> {
  let worst: number = EXIT.fine
  for (const file of files) worst = Math.max(worst, await testStory(file, io))
  return worst
}

async function testStory(file: string, io: Output): Promise<number> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    const reason =
      (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (cause as Error).message
    return fail(
      new AppError({ message: `Cannot read "${file}": ${reason}`, code: 'FILE_UNREADABLE', cause }),
      io,
      EXIT.surroundings,
    )
  }
  const { story, problems } = parseStory(text, file)
  for (const problem of problems) fail(new AppError(problem), io)
  if (!story) return EXIT.usage
  try {
    const { isTrue, kept, broken, told } = judge(text, story, await runStory(story))
    const said = `${isTrue ? 'true    ' : 'not true'}  ${visible(file)}  ${kept} of ${kept + broken.length} expectations\n`
    io.stdout.write(said)
    if (isTrue) return EXIT.fine
    const lines = broken.map(({ line }) => line).join(', ')
    io.stdout.write(`\nWhat really happened stands in place of what line ${lines} expected:\n\n${visibleLines(told)}\n`)
    return EXIT.no
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return fail(error, io)
  }
}

function fail(error: AppError, io: Output, exit: number = EXIT.usage): number {
  io.stderr.write(`${describe(error)}\n`)
  return exit
}

function visibleLines(text: string): string {
  return text
    .split('\n')
    .map((line) => visible(line))
    .join('\n')
}
