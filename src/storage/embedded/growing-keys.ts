import { IdSet } from '../files/seen-ids.ts'
import { KeySet } from './key-set.ts'

/** So many keys stand in a hash table, at 16 bytes and more; then they become a set of five bytes each. */
const RUN = 1 << 20

/** A set of keys of 53 bits that grows: the newest in a hash table, those before in sets that never change. */
export class GrowingKeys {
  readonly #run: number
  #newest = new IdSet()
  readonly #runs: KeySet[] = []

  constructor(run = RUN) {
    this.#run = run
  }

  add(key: number): void {
    this.#newest.add(key)
    if (this.#newest.size < this.#run) return
    this.#runs.push(KeySet.of(this.#newest.keys()))
    this.#newest = new IdSet()
  }

  has(key: number): boolean {
    if (this.#newest.has(key)) return true
    for (const run of this.#runs) if (run.has(key)) return true
    return false
  }
}
