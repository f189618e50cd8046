import type { Account, Host, Program, ProgramOfUser, ProgramOnHost, Use, User } from './entries.ts'
import type { Group, Ids } from './group.ts'
import type { State } from './state.ts'

/** The parts of the state that a group touches. Host, user and account exist; the others only if they were met before. */
export interface Scene {
  readonly state: State
  readonly group: Group
  readonly ids: Ids
  readonly host: Host
  readonly user: User
  readonly account: Account
  readonly program: Program | undefined
  readonly onHost: ProgramOnHost | undefined
  readonly ofUser: ProgramOfUser | undefined
  readonly use: Use | undefined
  readonly supposed?: Supposed
}

/** What is not so, for `counterfactuals.ts`. */
export interface Supposed {
  /** An endpoint that somebody else has made known. */
  readonly vouched?: string
  /** Two other hosts got the program at the time of the group, and went to the same peers. */
  readonly rolledOut?: true
}
