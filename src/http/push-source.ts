import { AppError } from '../domain/error.ts'
import type { Reject } from '../domain/event.ts'
import type { Arrivals, Intake, LiveSource, SourceHealth } from '../sources/live-source.ts'

/** The name of what is pushed to us: in health, and among rejects. */
export const PUSHED = 'bulk'

/**
 * Documents that are pushed to us over HTTP, as a source among the others: they wait until the engine has gone through the backlogs
 * of those, since their time of receipt would make everything before it late.
 */
export class PushSource implements LiveSource, Intake {
  readonly name = PUSHED
  readonly #intake: Promise<Intake>
  readonly #atHand = new Set<Promise<void>>()
  #open: (intake: Intake) => void = () => {}
  #refuse: (error: AppError) => void = () => {}
  #stopped = false
  #bytesRead = 0

  constructor() {
    this.#intake = new Promise((resolve, reject) => {
      this.#open = resolve
      this.#refuse = reject
    })
    // Nobody may be waiting when we stop before we have started.
    this.#intake.catch(() => {})
  }

  get health(): SourceHealth {
    return { bytesRead: this.#bytesRead }
  }

  async start(intake: Intake): Promise<void> {
    this.#open(intake)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#refuse(closed())
    await Promise.allSettled(this.#atHand)
  }

  /** @throws AppError INTAKE_CLOSED */
  async take(arrivals: Arrivals): Promise<void> {
    if (this.#stopped) throw closed()
    const taken = this.#intake.then((intake) => intake.take(arrivals))
    this.#atHand.add(taken)
    try {
      await taken
    } finally {
      this.#atHand.delete(taken)
    }
  }

  reject(source: string, reject: Reject): void {
    this.#intake.then(
      (intake) => intake.reject(source, reject),
      () => {},
    )
  }

  read(bytes: number): void {
    this.#bytesRead += bytes
  }
}

function closed(): AppError {
  return new AppError({
    message: 'Cannot take documents: the server is stopping',
    code: 'INTAKE_CLOSED',
    hint: 'Send them again when it is back; what was taken is known again.',
  })
}
