import type { Group } from './group.ts'
import type { Account, Host, Program, ProgramOnHost, State, Use, User } from './state.ts'

/** The parts of the state that a group touches. Host, user and account exist; the others only if they were met before. */
export interface Scene {
  readonly state: State
  readonly group: Group
  readonly host: Host
  readonly user: User
  readonly account: Account
  readonly program: Program | undefined
  readonly onHost: ProgramOnHost | undefined
  readonly use: Use | undefined
}
