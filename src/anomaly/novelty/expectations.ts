import type { Expectation } from '../../domain/scope.ts'
import type { EpochMs } from '../../domain/time.ts'
import type { Use } from './entries.ts'
import { INBOUND } from './facts.ts'
import type { Group } from './group.ts'
import { holdsGroup } from './scope.ts'
import type { State } from './state.ts'

/** The expectation that a group meets, if one holds at its time. */
export function expectationFor(state: State, group: Group): Expectation | undefined {
  return state.expectations.find((one) => group.first < one.until && holdsGroup(one, group))
}

/**
 * Takes in that something is expected (detection-design §16): uses in the scope count as usual from now on, and the endpoints that
 * it names as known. An expectation of the same id takes the place of the one before.
 *
 * @throws RangeError when it names neither a program nor a peer: nobody expects everything
 */
export function expect(state: State, expectation: Expectation): void {
  const { program, peers } = expectation
  if (program === undefined && peers === undefined)
    throw new RangeError('Cannot expect everything: an expectation names a program or a peer')
  state.expectations = [...state.expectations.filter(({ id }) => id !== expectation.id), expectation]
  const meant = new Set<number>()
  for (const use of usesIn(state, expectation)) {
    meant.add(use.id)
    if (peers !== undefined) continue
    use.score = 0
    state.entries.findings.delete(use.id)
    use.found = false
  }
  if (peers === undefined) return
  const ips = new Set(peers.map((peer) => state.names.findAddress(peer)))
  for (const endpoint of state.entries.endpoints.rows())
    if (ips.has(endpoint.ip) && !state.names.text(endpoint.port).startsWith(INBOUND) && meant.has(endpoint.owner)) {
      endpoint.vouched = true
      endpoint.shared = true
    }
}

/** Forgets what holds no more. */
export function forgetExpectations(state: State, now: EpochMs): void {
  state.expectations = state.expectations.filter(({ until }) => until > now)
}

function* usesIn({ entries, names }: State, { host, user, program }: Expectation): Generator<Use> {
  const isOf = (name: string | undefined, number: number) => name === undefined || names.find(name) === number
  for (const use of entries.uses.rows())
    if (isOf(host, use.host) && isOf(user, use.user) && isOf(program, use.program)) yield use
}
