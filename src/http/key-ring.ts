import type { ApiKey, ApiKeys, KeyCheck } from './api-keys.ts'

/**
 * The keys that hold at the moment. Once there were any, a key is wanted for good: a file that was emptied shuts the door, it does not
 * open it.
 */
export class KeyRing implements KeyCheck {
  #keys: ApiKeys
  #areWanted: boolean

  constructor(keys: ApiKeys) {
    this.#keys = keys
    this.#areWanted = keys.areWanted
  }

  get areWanted(): boolean {
    return this.#areWanted
  }

  find(authorization: string): ApiKey | undefined {
    return this.#keys.find(authorization)
  }

  /** From the next request on, these hold and no others. */
  exchange(keys: ApiKeys): void {
    this.#keys = keys
    this.#areWanted ||= keys.areWanted
  }
}
