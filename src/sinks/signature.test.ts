import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { readSecrets, signatureOf } from './signature.ts'

test('the signature is that of the example of Standard Webhooks', () => {
  // From the tests of its reference libraries.
  const secrets = readSecrets('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'example')
  const signature = signatureOf(secrets, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}')
  assert.equal(signature, 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
})

test('any body is signed as the reference library signs it, for each secret', () => {
  const secret = fc.uint8Array({ minLength: 24, maxLength: 64 }).map((bytes) => Buffer.from(bytes).toString('base64'))
  const seconds = fc.integer({ min: 0, max: 4e9 })
  fc.assert(
    fc.property(fc.array(secret, { minLength: 1, maxLength: 3 }), seconds, fc.string(), (secrets, time, body) => {
      const expected = secrets.map((key) => new Webhook(key).sign('msg_1', new Date(time * 1000), body))
      assert.deepEqual(signatureOf(readSecrets(secrets.join('\n'), 'x'), 'msg_1', time, body).split(' '), expected)
    }),
  )
})

test('a secret that cannot be one is refused, and not told', () => {
  const cases = [
    { text: '', says: 'holds none' },
    { text: ' \n', says: 'holds none' },
    { text: 'whsec_', says: '0 bytes' },
    { text: 'whsec_c2VjcmV0LTEyMw==', says: '10 bytes' },
    { text: Buffer.alloc(65).toString('base64'), says: '65 bytes' },
    { text: 'correct-horse-battery-staple', says: 'not base64' },
    { text: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw correct-horse', says: 'not base64' },
  ]
  for (const { text, says } of cases)
    assert.throws(
      () => readSecrets(text, '/etc/oddsock/secret'),
      (error: Error & { code: string; where: string }) => {
        assert.equal(error.code, 'SINK_SECRET_UNREADABLE')
        assert.equal(error.where, '/etc/oddsock/secret')
        assert.match(error.message, new RegExp(says))
        for (const word of text.split(/\s+/).filter((word) => word.length > 6)) assert.ok(!error.message.includes(word))
        return true
      },
    )
})
