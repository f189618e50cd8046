import { plainAddress } from '../../domain/address.ts'
import type { Observation } from '../../domain/observation.ts'
import type { Scope } from '../../domain/scope.ts'
import type { Columns } from './facts.ts'
import type { Group } from './group.ts'
import { mayBeUser } from './users.ts'

/**
 * Whether a group lies in a scope. One with peers holds a group only if all its peers are among them: what else the program contacts
 * in the same bucket was not spoken of.
 */
export function holdsGroup({ host, user, program, peers }: Scope, group: Group): boolean {
  if (host !== undefined && host !== group.host) return false
  if (user !== undefined && user !== group.user) return false
  if (program !== undefined && program !== group.program) return false
  return peers === undefined || [...group.peers.values()].every(({ ip }) => peers.includes(ip))
}

/** Whether a row lies in a scope, or may: a row that names no user may be of any. */
export function holdsRow({ host, user, program, peers }: Scope, row: Observation, columns: Columns): boolean {
  const says = (field: string, value: string | undefined) => value === undefined || columns.value(row, field) === value
  if (!says('host.name', host) || !says('oddsock.program', program)) return false
  const ip = plainAddress(columns.value(row, 'oddsock.peer.ip').split(',')[0]!)
  if (peers !== undefined && (ip === undefined || !peers.includes(ip))) return false
  return user === undefined || mayBeUser(user, columns.value(row, 'user.name'), columns.value(row, 'user.id'))
}
