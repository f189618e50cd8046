import { UNNAMED_ACCOUNT } from '../../domain/novelty-fields.ts'
import type { UserNames } from './group.ts'
import type { State } from './state.ts'

const ROOT = 'root'

/**
 * Who runs a program (detection-design §2). A user without a name is a number: on a host that names its users that is an account
 * inside a container, all of which are one, `<uid>`; on a host that never does (a raw audit.log) every number is a user of its
 * own. Without either it is the user last seen with the program there.
 */
export function userNames({ entries, names }: State): UserNames {
  return {
    resolve(host, program, name, id) {
      if (name !== '' && name !== id) return name
      if (id === '0') return ROOT
      if (id !== '') return entries.hosts.get(names.find(host))?.namesUsers ? UNNAMED_ACCOUNT : `uid:${id}`
      return names.text(entries.onHosts.get(names.find(program), names.find(host))?.lastUser ?? 0)
    },
  }
}

/**
 * Whether `userNames` may call what a row says of its user so, for whoever has no state to ask: a number may be either of two, and a row
 * that says neither may be of any.
 */
export function mayBeUser(user: string, name: string, id: string): boolean {
  if (name !== '' && name !== id) return name === user
  if (id === '') return true
  return id === '0' ? user === ROOT : user === UNNAMED_ACCOUNT || user === `uid:${id}`
}

/** Whether a user's name shows that the host names its users; every source knows the name of 0. */
export function showsNames(name: string, id: string): boolean {
  return name !== '' && name !== ROOT && name !== id
}
