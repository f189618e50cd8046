import type { EventFields } from './event-fields.ts'
import type { Account, Names, NamesOfEvent } from './names.ts'
import type { Roles } from './roles.ts'
import { selinuxLabel } from './selinux.ts'
import type { Summary } from './summary.ts'

/** Which id of a process stands where in ECS `user.*`: the path, with the group beside its user. */
const PLACES = [
  ['', 'uid', 'gid'],
  ['effective', 'euid', 'egid'],
  ['saved', 'suid', 'sgid'],
  ['filesystem', 'fsuid', 'fsgid'],
  ['audit', 'auid', ''],
] as const

/** ECS `user` and `group`: the ids of the process, then what the summary says about who acts as whom on whom. */
export function ecsUser(
  roles: Roles,
  fields: EventFields,
  summary: Summary,
  { users, groups }: NamesOfEvent,
): { user?: object; group?: object } {
  const user: Record<string, unknown> = {}
  for (const [place, uid, gid] of PLACES) {
    const account: Account & { group?: Account } = users.account(identity(roles, uid)) ?? {}
    const group = gid === '' ? undefined : groups.account(roles.main.fields.get(gid))
    if (group) account.group = group
    if (place === '') Object.assign(user, account)
    else if (hasKeys(account)) user[place] = account
  }
  const label = roles.main.fields.get('subj')
  if (label !== undefined) user.selinux = selinuxLabel(label)
  const group = mapAccounts(user, users, groups, fields, summary)
  const found: { user?: object; group?: object } = {}
  if (hasKeys(user)) found.user = user
  if (group) found.group = group
  return found
}

/** An id that the kernel vouches for; `new_auid` is the login id that old kernels wrote in LOGIN records. */
function identity({ main }: Roles, key: string): string | undefined {
  return main.fields.get(key) ?? (key === 'auid' ? main.fields.get('new_auid') : undefined)
}

function mapAccounts(
  user: Record<string, unknown>,
  users: Names,
  groups: Names,
  fields: EventFields,
  summary: Summary,
) {
  let group: Account | undefined
  for (const { from, to } of summary.normalisation.users ?? []) {
    const value = source(from, fields, summary)
    if (to === 'group') group = accountOf(value, groups)
    else place(user, to, accountOf(value, users))
  }
  return group
}

function source(from: string, fields: EventFields, { actor, object }: Summary): string | undefined {
  if (from === 'actor.primary') return actor.primary
  if (from === 'actor.secondary') return actor.secondary
  return from === 'uid' ? fields.get('uid') : object.primary
}

/** A number is an id, all else a name. */
function accountOf(value: string | undefined, names: Names): Account | undefined {
  if (value === undefined || value === '') return undefined
  return /^\d+$/.test(value) || value === 'unset' || value === '-1' ? names.account(value) : { name: value }
}

/** Puts an account in place of the one that stands there; its group and the like stay. */
function place(user: Record<string, unknown>, to: string, account: Account | undefined): void {
  const sub = to.slice('user.'.length)
  const old = (sub === '' ? user : user[sub]) as Account | undefined
  const { id: _id, name: _name, ...rest } = old ?? {}
  const next = { ...account, ...rest }
  if (sub === '') {
    delete user.id
    delete user.name
    Object.assign(user, account)
  } else if (hasKeys(next)) user[sub] = next
  else delete user[sub]
}

/** Whether an object has any property at all. */
export function hasKeys(object: object): boolean {
  for (const _ in object) return true
  return false
}
