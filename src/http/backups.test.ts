import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openMemory } from '../storage/memory/open-memory.ts'
import { type Call, stored } from './testing/stored.ts'

async function post(call: Call, body: object, door: 'tcp' | 'socket' = 'socket') {
  const reply = await call('/api/v1/backups', { method: 'POST', body: JSON.stringify(body), door })
  return { status: reply.status, code: ((await reply.json()) as { code?: string }).code }
}

test('a backup goes where the socket asks for it', async () => {
  const folders: string[] = []
  const storage = { ...openMemory(), backup: async (folder: string) => void folders.push(folder) }
  const { call } = await stored({ storage })
  assert.deepEqual(await post(call, { folder: '/backups/today' }), { status: 201, code: undefined })
  assert.deepEqual(folders, ['/backups/today'])
})

test('nobody makes this machine write files from afar, or where it is not said exactly', async () => {
  const { call } = await stored()
  assert.deepEqual(await post(call, { folder: '/backups' }, 'tcp'), { status: 403, code: 'HTTP_FORBIDDEN' })
  assert.deepEqual(await post(call, { folder: 'backups' }), { status: 400, code: 'HTTP_BODY_INVALID' })
})

test('a store in memory says that it cannot be copied', async () => {
  const { call } = await stored()
  assert.deepEqual(await post(call, { folder: '/backups' }), { status: 400, code: 'BACKUP_IMPOSSIBLE' })
})
