import assert from 'node:assert/strict'
import { test } from 'node:test'
import { peerOf } from './peer.ts'

const DESTINATION = { 'destination.ip': '203.0.113.9', 'destination.port': 443 }
const SOURCE = { 'source.ip': '10.0.0.1', 'source.port': 50123 }

test('the peer of an outbound connection is its destination, whatever form the port has', () => {
  assert.deepEqual(peerOf({ ...DESTINATION, ...SOURCE, 'network.direction': 'egress' }), {
    ip: '203.0.113.9',
    port: '443',
  })
  assert.deepEqual(peerOf({ 'destination.ip': '203.0.113.9', 'destination.port': '443' }), {
    ip: '203.0.113.9',
    port: '443',
  })
})

test('the peer of an accepted connection is its source, at our own port', () => {
  assert.deepEqual(peerOf({ ...DESTINATION, ...SOURCE, 'network.direction': 'ingress' }), {
    ip: '10.0.0.1',
    port: '443',
  })
})

test('a port that nobody tells is none, and without an address there is no peer', () => {
  assert.deepEqual(peerOf({ ...SOURCE, 'network.direction': 'inbound' }), { ip: '10.0.0.1' })
  assert.equal(peerOf({ 'destination.port': 443 }), undefined)
})
