import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A process that writes to a state folder, and says after each step what is confirmed. */
export interface Writing {
  readonly pid: number
  /** Kills it; answers the last line that it said. */
  kill(): Promise<number>
}

const running = new Set<Writing>()

/** For the end of a test file: a test that failed may have left some. */
export async function killAll(): Promise<void> {
  for (const writing of running) await writing.kill()
}

/** Starts a script of this folder on a state folder; resolves when it has said so many lines. */
export async function writing(script: string, dir: string, lines: number): Promise<Writing> {
  const args = ['--import', 'tsx', join(import.meta.dirname, script), dir]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const said: string[] = []
  const output = createInterface(child.stdout)
  const started: Writing = {
    pid: child.pid!,
    async kill() {
      running.delete(started)
      child.kill('SIGKILL')
      await Promise.all([once(child, 'exit'), once(output, 'close')])
      return Number(said.at(-1))
    },
  }
  running.add(started)
  await new Promise<void>((resolve, reject) => {
    output.on('line', (line) => {
      said.push(line)
      if (said.length === lines) resolve()
    })
    child.on('exit', () => reject(new Error('the process ended by itself')))
  })
  return started
}
