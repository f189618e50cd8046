import { isAbsolute } from 'node:path'
import { Hono } from 'hono'
import * as v from 'valibot'
import { AppError } from '../domain/error.ts'
import type { ApiDeps } from './api-deps.ts'
import type { HttpEnv } from './http-env.ts'
import type { Operation } from './operation.ts'
import { jsonOf } from './read-request.ts'

const WISH = v.strictObject({
  folder: v.pipe(v.string('a path'), v.check(isAbsolute, 'an absolute path')),
})

export const BACKUP_OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    path: '/api/v1/backups',
    summary: 'A copy of the store in a folder of the machine of the server; over the socket only',
    body: WISH,
    replies: { 201: 'It is there' },
  },
]

/** `/backups`: a copy of the store into a folder of this machine. Whoever can open the socket may write files here anyway; others may not. */
export function backups({ storage }: Pick<ApiDeps, 'storage'>): Hono<HttpEnv> {
  return new Hono<HttpEnv>().post('/', async (c) => {
    if (c.env?.door !== 'socket')
      throw new AppError({
        message: 'Cannot make a backup for a request over TCP: it writes files on this machine',
        code: 'HTTP_FORBIDDEN',
        hint: 'Run `oddsock backup` on this machine.',
      })
    const { folder } = await jsonOf(c, WISH)
    if (!storage.backup)
      throw new AppError({
        message: 'Cannot make a backup: the store is in memory',
        code: 'BACKUP_IMPOSSIBLE',
        hint: 'Only the embedded store can be copied: storage.engine = "embedded".',
      })
    await storage.backup(folder)
    return c.json({ folder }, 201)
  })
}
