import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EcsEvent } from '../domain/event.ts'
import { EventLines } from './event-lines.ts'

const TIME = { '@timestamp': '2026-03-09T11:31:00Z' }

/** What a line says behind the time. */
function lines(events: readonly EcsEvent[], width = 200): string[] {
  const table = new EventLines(events, width)
  return events.map((event) => table.line({ ...TIME, ...event }).slice('2026-03-09T11:31:00.000Z  '.length))
}
const shown = (...events: EcsEvent[]) => lines(events.map((event) => ({ ...TIME, ...event })))

test('events stand below each other: process, user, other side, action and arguments', () => {
  const events = [
    {
      process: { name: 'xmrig', args: ['/tmp/xmrig', '-o', '203.0.113.7:3333'] },
      user: { name: 'www-data' },
      destination: { ip: '203.0.113.7', port: 3333 },
      event: { action: 'connected-to' },
    },
    {
      process: { name: 'curl', title: 'curl -s http://x' },
      user: { id: '33' },
      destination: { ip: '2001:db8::7', port: '443' },
    },
    { process: { name: 'ps' }, destination: { path: '/run/nscd.sock' } },
    {},
  ]
  assert.deepEqual(shown(...events), [
    'xmrig  www-data  203.0.113.7:3333   connected-to  /tmp/xmrig -o 203.0.113.7:3333',
    'curl   33        [2001:db8::7]:443  -             curl -s http://x',
    'ps     -         /run/nscd.sock     -',
    '-      -         -                  -',
  ])
})

test('the host is told where events are of several', () => {
  const on = (name: string) => ({ host: { name }, process: { name: 'nc' } })
  assert.deepEqual(shown(on('a'), on('a')), ['nc  -  -  -', 'nc  -  -  -'])
  assert.deepEqual(shown(on('a'), on('web-1')), ['a      nc  -  -  -', 'web-1  nc  -  -  -'])
})

test('wide characters take two columns, and nothing of an event acts on a terminal', () => {
  const events = [
    { process: { name: '网络' } },
    { process: { name: 'a\u001b[2J' } },
    { process: { args: ['\u202e', 'b\nc'] } },
  ]
  assert.deepEqual(shown(...events), ['网络   -  -  -', 'a␛[2J  -  -  -', '-      -  -  -  ⟨U+202E⟩ b␊c'])
})

test('what is long is cut in its middle, the arguments to what the terminal has room for', () => {
  const long = { ...TIME, process: { name: 'x'.repeat(99), args: ['y'.repeat(500)] } }
  const [line] = lines([long], 120)
  const [name, , , , args] = line!.split(/ {2}/)
  assert.match(name!, /^x{23}…x{23}$/)
  assert.match(args!, /^y+…y+$/)
  assert.equal(args!.length, 40)
  assert.equal(lines([{ ...TIME, process: { args: ['y'.repeat(500)] } }], 200)[0]!.length, 200 - 26)
})
