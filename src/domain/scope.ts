import type { EpochMs } from './time.ts'

/**
 * What a verdict about a finding is for: uses of the network that agree with everything given here. Without peers it is any peer;
 * a verdict on a daemon's new address should name it, or it speaks about the whole daemon.
 */
export interface Scope {
  readonly host?: string
  readonly user?: string
  /** `oddsock.program`. */
  readonly program?: string
  /** Addresses, as `plainAddress` writes them; any of them. */
  readonly peers?: readonly string[]
}

/** "This is expected": no alert comes of what is in the scope until then, and the model takes it as usual. */
export interface Expectation extends Scope {
  readonly id: string
  readonly until: EpochMs
}
