/** What a reader needs in order to act: what failed, where, what to do, and a stable name for it. */
export interface Problem {
  /** Begins with the action ("Cannot load …"), gives the actual value and the wanted one. */
  readonly message: string
  /** Stable and documented, in capitals: `RULE_OUT_OF_RANGE`. */
  readonly code: string
  /** A file with line and column, a flag, a field. */
  readonly where?: string
  readonly hint?: string
  readonly cause?: unknown
}

/** An error that the reader can act on. Anything else that is thrown is a bug of ours, and is reported as one. */
export class AppError extends Error implements Problem {
  readonly code: string
  readonly where?: string
  readonly hint?: string

  constructor(problem: Problem) {
    super(problem.message, 'cause' in problem ? { cause: problem.cause } : undefined)
    this.name = 'AppError'
    this.code = problem.code
    if (problem.where !== undefined) this.where = problem.where
    if (problem.hint !== undefined) this.hint = problem.hint
  }
}
