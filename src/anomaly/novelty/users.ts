import type { UserNames } from './group.ts'
import type { State } from './state.ts'

const ROOT = 'root'

/**
 * Who runs a program (detection-design §2). A user without a name is a number: on a host that names its users that is an account
 * inside a container, all of which are one, `<uid>`; on a host that never does (a raw audit.log) every number is a user of its
 * own. Without either it is the user last seen with the program there.
 */
export function userNames(state: State): UserNames {
  return {
    resolve(host, program, name, id) {
      if (name !== '' && name !== id) return name
      if (id === '0') return ROOT
      if (id !== '') return state.hosts.get(host)?.namesUsers ? '<uid>' : `uid:${id}`
      return state.programs.get(program)?.hosts.get(host)?.lastUser ?? ''
    },
  }
}

/** Whether a user's name shows that the host names its users; every source knows the name of 0. */
export function showsNames(name: string, id: string): boolean {
  return name !== '' && name !== ROOT && name !== id
}
