import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { drawApiKey, parseApiKeys } from './api-keys.ts'

const hash = (key: string) => createHash('sha256').update(key).digest('hex')
const base64 = (text: string) => Buffer.from(text).toString('base64')
const keys = parseApiKeys(
  `# fleet\n\nweb:ingest:${hash('secret:with colon')}\n  __proto__:manage:${hash('other').toUpperCase()}\r\n`,
  'keys',
)

test('a key is found as clients of Elastic send it, as a password and as a bearer token', () => {
  const web = { id: 'web', scope: 'ingest' }
  assert.deepEqual(keys.find(`ApiKey ${base64('web:secret:with colon')}`), web)
  assert.deepEqual(keys.find(`apikey  ${base64('web:secret:with colon')} `), web)
  assert.deepEqual(keys.find(`Basic ${base64('__proto__:other')}`), { id: '__proto__', scope: 'manage' })
  assert.deepEqual(keys.find('Bearer other'), { id: '__proto__', scope: 'manage' })
  assert.equal(keys.size, 2)
})

for (const wrong of [
  '',
  'Basic',
  'Basic !',
  `Basic ${base64('web')}`,
  `Basic ${base64('web:other')}`,
  `Basic ${base64(':other')}`,
  `ApiKey ${base64('other')}`,
  'Bearer Other',
  'Digest other',
  `Bearer ${hash('other')}`,
])
  test(`"${wrong}" is nobody's key`, () => assert.equal(keys.find(wrong), undefined))

test('a drawn key is found by the line that was made for it, and each is another one', () => {
  const { key, line } = drawApiKey('web', 'ingest')
  assert.equal(Buffer.from(key, 'base64url').length, 32)
  assert.doesNotMatch(line, new RegExp(key))
  assert.deepEqual(parseApiKeys(line, 'keys').find(`Bearer ${key}`), { id: 'web', scope: 'ingest' })
  assert.notEqual(drawApiKey('web', 'ingest').key, key)
})

for (const line of [
  'web:ingest:cleartext',
  `web:owner:${hash('x')}`,
  `web:${hash('x')}`,
  `we b:ingest:${hash('x')}`,
  `:ingest:${hash('x')}`,
])
  test(`the line "${line.slice(0, 20)}" is told by its place, without its content`, () => {
    assert.throws(
      () => parseApiKeys(`# keys\n${line}\n`, 'keys.txt'),
      (error: Error & { code?: string; where?: string }) => {
        assert.equal(error.code, 'HTTP_KEYS_UNREADABLE')
        assert.equal(error.where, 'keys.txt:2')
        assert.ok(!error.message.includes(line))
        return true
      },
    )
  })
