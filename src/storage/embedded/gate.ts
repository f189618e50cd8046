/**
 * Lets many pass at a time, or one alone: readers share the gate, and whoever changes what they read from passes alone, once
 * those before have left. All in the order in which they came, so that nobody waits for ever.
 */
export class Gate {
  #inside = 0
  #alone = false
  readonly #waiting: { readonly alone: boolean; readonly enter: () => void }[] = []

  shared<T>(task: () => Promise<T>): Promise<T> {
    return this.#pass(false, task)
  }

  alone<T>(task: () => Promise<T>): Promise<T> {
    return this.#pass(true, task)
  }

  async #pass<T>(alone: boolean, task: () => Promise<T>): Promise<T> {
    await new Promise<void>((enter) => {
      this.#waiting.push({ alone, enter })
      this.#admit()
    })
    try {
      return await task()
    } finally {
      this.#inside--
      this.#alone = false
      this.#admit()
    }
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#alone || (next.alone && this.#inside > 0)) return
      this.#waiting.shift()
      this.#inside++
      this.#alone = next.alone
      next.enter()
    }
  }
}
