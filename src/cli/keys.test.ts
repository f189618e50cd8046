import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { readApiKeys } from '../http/api-keys.ts'
import { run } from './testing/run.ts'

const folder = mkdtempSync(join(tmpdir(), 'oddsock-keys-'))
after(() => rmSync(folder, { recursive: true }))

test('keys add draws keys whose hashes are in the file, and which the server then knows', async () => {
  const file = join(folder, 'keys')
  const shipper = await run(['keys', 'add', 'web-fleet', '--file', file])
  const boss = await run(['keys', 'add', 'ops', '--scope', 'manage', '--file', file])
  assert.deepEqual([shipper.code, boss.code], [0, 0])
  const [key, other] = [shipper.out.trim(), boss.out.trim()]
  assert.ok(!readFileSync(file, 'utf8').includes(key))
  assert.equal(statSync(file).mode & 0o777, 0o600)
  const keys = await readApiKeys(file)
  assert.deepEqual(keys.find(`Bearer ${key}`), { id: 'web-fleet', scope: 'ingest' })
  assert.deepEqual(keys.find(`Bearer ${other}`), { id: 'ops', scope: 'manage' })
  const [, encoded = ''] = /API key (\S+)/.exec(shipper.err) ?? []
  assert.deepEqual(keys.find(`ApiKey ${encoded}`), { id: 'web-fleet', scope: 'ingest' })
})

test('keys add says so when it is another key of the same name', async () => {
  const file = join(folder, 'renewed')
  const [first, other, second] = [
    await run(['keys', 'add', 'web', '--file', file]),
    await run(['keys', 'add', 'webshop', '--file', file]),
    await run(['keys', 'add', 'web', '--file', file]),
  ]
  for (const { err } of [first, other]) assert.doesNotMatch(err, /keys now/)
  assert.match(second.err, /"web" has 2 keys now/)
})

test('keys add tells what is wrong with a name, a scope and a file', async () => {
  const file = join(folder, 'more')
  assert.equal((await run(['keys', 'add', 'a:b', '--file', file])).code, 2)
  assert.equal((await run(['keys', 'add', 'a', '--scope', 'owner', '--file', file])).code, 2)
  assert.equal((await run(['keys', 'add', 'a'])).code, 2)
  const missing = await run(['keys', 'add', 'a', '--file', join(folder, 'no/such/keys')])
  assert.deepEqual([missing.code, missing.out], [3, ''])
})
