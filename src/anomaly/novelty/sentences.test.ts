import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sentenceOf } from './sentences.ts'

for (const [port, says] of [
  ['3333', 'Port 3333 is used to the outside by 1 of 11 programs.'],
  ['web', 'A port of the web is used to the outside by 1 of 11 programs.'],
  ['in:22', 'Its own port 22 is offered to the outside by 1 of 11 programs.'],
  ['in:', 'A port of its own is offered to the outside by 1 of 11 programs.'],
  ['in:web', 'A port of its own of the web is offered to the outside by 1 of 11 programs.'],
] as const)
  test(`the service ${port} is told in words`, () =>
    assert.equal(sentenceOf({ name: 'port', nats: 1, numbers: { port, programs: 1, of: 11 } }), says))

for (const [inbound, verb] of [
  [{}, 'ever contacted'],
  [{ inbound: 1 }, 'was ever asked by'],
] as const)
  test(`an address that nobody ${verb} before`, () =>
    assert.equal(
      sentenceOf({
        name: 'unknown endpoint',
        nats: 6,
        numbers: { ip: '198.51.100.9', port: '', groups: 0, ...inbound },
      }),
      `Nothing in the fleet that keeps to its peers ${verb} 198.51.100.9.`,
    ))
