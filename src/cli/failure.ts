import { AppError } from '../domain/error.ts'
import { visible } from '../report/visible.ts'

/** 0 fine · 1 the answer is no · 2 wrong usage · 3 the surroundings failed · 130 interrupted. */
export const EXIT = { fine: 0, no: 1, usage: 2, surroundings: 3, interrupted: 130 } as const

/** Beginnings of the codes that say what is wrong with what the user gave: arguments, and files of their making. */
const USAGE = [
  ...[
    'ALERT_AMBIGUOUS',
    'BUDGET',
    'CONFIG',
    'DATAFEED',
    'DURATION',
    'EXCEPTION',
    'FEEDBACK',
    'FORMAT',
    'HTTP_BODY',
    'HTTP_NOT_FOUND',
  ],
  ...['HTTP_PARAMETER', 'IMPORT', 'JOB', 'QUERY', 'RULE', 'SCENARIO', 'SETTING', 'SIZE', 'TIME', 'USAGE'],
]
const NO_USAGE = new Set(['JOB_RUNS_TWICE'])
/** What was asked is understood, and the answer is no. */
const REFUSED = new Set(['EXCEPTION_HIDES_REAL'])

/** An error as its reader sees it: what, where, what to do, and its code. */
export function describe(error: AppError): string {
  const lines = [`error: ${visible(error.message)}`]
  if (error.where) lines.push(`   at: ${visible(error.where)}`)
  if (error.hint) lines.push(` hint: ${visible(error.hint)}`)
  lines.push(` code: ${error.code}`)
  return lines.join('\n')
}

/** What to print for anything that was thrown, and how to exit. What is no AppError is a bug of ours, and says so. */
export function failureOf(thrown: unknown): { readonly text: string; readonly exit: number } {
  if (thrown instanceof AppError) {
    return { text: describe(thrown), exit: exitOf(thrown.code) }
  }
  const code = (thrown as NodeJS.ErrnoException | undefined)?.code
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code))
    return { text: `error: ${visible((thrown as Error).message)}\n code: ${code}`, exit: EXIT.surroundings }
  const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
  return {
    text: `error: This is a bug in oddsock; please report it with the lines below\n${stack}`,
    exit: EXIT.surroundings,
  }
}

function exitOf(code: string): number {
  if (REFUSED.has(code)) return EXIT.no
  return isWrongUsage(code) ? EXIT.usage : EXIT.surroundings
}

function isWrongUsage(code: string): boolean {
  return !NO_USAGE.has(code) && USAGE.some((beginning) => code === beginning || code.startsWith(`${beginning}_`))
}
