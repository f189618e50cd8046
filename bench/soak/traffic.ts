import type { EpochMs } from '../../src/domain/time.ts'
import { type Rng, seeded } from '../../src/scenario/demo-fleet/rng.ts'
import { chooseProgram, type Host, hex, hosts } from '../cast.ts'
import { connect } from '../documents.ts'

/** A document as its shipper sends it. */
export interface Sent {
  readonly ingested: EpochMs
  readonly body: string
}

/** A fleet that goes on for ever: each of its hosts runs a dozen programs, the usual ones most of the time. */
export class Fleet {
  readonly #hosts: readonly Host[]
  readonly #agents: ReadonlyMap<string, string>
  readonly #rng: Rng
  #sequence = 1

  constructor(hostCount: number, seed: number) {
    this.#hosts = hosts(hostCount, 12)
    this.#rng = seeded(seed, 'soak')
    this.#agents = new Map(this.#hosts.map(({ name }) => [name, hex(this.#rng, 32)]))
  }

  /** `count` documents, evenly spread over the time. */
  *documents(count: number, from: EpochMs, to: EpochMs): Generator<Sent> {
    for (let i = 0; i < count; i++) {
      const host = this.#rng.pick(this.#hosts)
      yield this.#document(host, chooseProgram(host, this.#rng), from + Math.floor((i * (to - from)) / count))
    }
  }

  /**
   * A program of a name that nobody has seen, which calls an address that nobody has called; each time on another host, and under an
   * account of its own: what one account does within an hour is one incident.
   */
  newcomer(n: number, at: EpochMs): Sent & { readonly name: string } {
    // Digits would make it one of a series, which is one incident.
    const name = `odd${[...hex(this.#rng, 8)].map((digit) => 'abcdefghijklmnop'[Number.parseInt(digit, 16)]).join('')}`
    const peers = [{ ip: `198.51.100.${(n % 254) + 1}`, port: 4_444 }]
    const executable = `/tmp/.${name}/${name}`
    const program = { name, executable, title: executable, user: `u${name}`, uid: 2_000 + n, peers }
    return { name, ...this.#document(this.#hosts[n % this.#hosts.length]!, program, at) }
  }

  #document(host: Host, program: Host['programs'][number], ingested: EpochMs): Sent {
    const agent = this.#agents.get(host.name)!
    return { ingested, body: JSON.stringify(connect(host, agent, program, ingested, this.#sequence++, this.#rng)) }
  }
}
