import type { Expectation } from '../../domain/scope.ts'
import type { EpochMs } from '../../domain/time.ts'
import type { Group } from './group.ts'
import { holdsGroup } from './scope.ts'
import type { State, Use } from './state.ts'

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
    use.rev = 0
    use.freshUntil = 0
  }
  if (peers === undefined) return
  for (const [name, endpoint] of state.endpoints)
    if (meant.has(endpoint.owner) && peers.some((peer) => name.startsWith(`${peer} `))) {
      endpoint.vouched = true
      endpoint.shared = true
    }
}

/** Forgets what holds no more. */
export function forgetExpectations(state: State, now: EpochMs): void {
  state.expectations = state.expectations.filter(({ until }) => until > now)
}

function* usesIn({ hosts }: State, { host, user, program }: Expectation): Generator<Use> {
  for (const [hostName, { accounts }] of hosts)
    if (host === undefined || host === hostName)
      for (const [userName, { uses }] of accounts)
        if (user === undefined || user === userName)
          for (const [programName, use] of uses) if (program === undefined || program === programName) yield use
}
