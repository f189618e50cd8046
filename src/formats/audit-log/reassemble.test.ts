import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Reassembler } from './reassemble.ts'

interface Line {
  readonly node: string
  readonly type: string
  readonly time: number
  readonly serial: number
  readonly text: string
}

/** Reads "node@time#serial text": each line takes ten bytes. Returns what was handed on, in that order. */
function join(lines: readonly string[], end = true): string[] {
  const taken: string[] = []
  const events = new Reassembler<Line>((lines, from, to) => {
    taken.push(`${lines.map((line) => line.text).join('+')} ${from}-${to}`)
  })
  lines.forEach((line, i) => {
    const [, node, time, serial, text] = /^(\w*)@(\d+)#(\d+) (.*)$/.exec(line)!
    const type = text === 'EOE' ? 'EOE' : 'PATH'
    events.add({ node: node!, type, time: Number(time), serial: Number(serial), text: text! }, i * 10, i * 10 + 10)
  })
  if (end) events.end()
  return taken
}

const CASES: readonly { why: string; lines: readonly string[]; expect: readonly string[]; open?: true }[] = [
  { why: 'lines of one serial are one event', lines: ['@0#1 a', '@0#1 b'], expect: ['a+b 0-20'] },
  {
    why: 'lines of two events may be interleaved',
    lines: ['@0#1 a', '@1#2 b', '@0#1 c', '@1#2 d'],
    expect: ['a+c 0-30', 'b+d 10-40'],
  },
  { why: 'an event stays open until something ends it', lines: ['@0#1 a', '@1999#2 b'], expect: [], open: true },
  {
    why: 'an event is complete when its node is two seconds past it',
    lines: ['@0#1 a', '@2000#2 b'],
    expect: ['a 0-10'],
    open: true,
  },
  { why: 'an event is complete at its EOE', lines: ['@0#1 a', '@0#1 EOE'], expect: ['a+EOE 0-20'], open: true },
  {
    why: 'the clock of another node counts for nothing',
    lines: ['x@0#1 a', 'y@9000#1 b'],
    expect: [],
    open: true,
  },
  {
    why: 'the same serial on two nodes is two events',
    lines: ['x@0#1 a', 'y@0#1 b', 'x@0#1 c'],
    expect: ['a+c 0-30', 'b 10-20'],
  },
  {
    why: 'the same serial after a reboot is another event',
    lines: ['@0#1 a', '@500#1 b', '@0#1 c'],
    expect: ['a+c 0-30', 'b 10-20'],
  },
  {
    why: 'a straggler is joined to the lines that went before, and the event is handed on again',
    lines: ['@0#1 a', '@5000#2 b', '@0#1 c'],
    expect: ['a 0-10', 'a+c 0-30', 'b 10-20'],
  },
  {
    why: 'several stragglers make one revision',
    lines: ['@0#1 a', '@0#1 EOE', '@0#1 c', '@0#1 d', '@2000#2 x'],
    expect: ['a+EOE 0-20', 'a+EOE+c+d 0-40'],
    open: true,
  },
  {
    why: 'an EOE that comes late says nothing new',
    lines: ['@0#1 a', '@2000#2 b', '@0#1 EOE'],
    expect: ['a 0-10'],
    open: true,
  },
  {
    why: 'a clock that steps back does not tear events apart',
    lines: ['@90000#1 a', '@90000#1 b', '@10#2 c', '@20#3 d', '@10#2 e', '@20#3 f'],
    expect: ['a+b 0-20', 'c+e 20-50', 'd+f 30-60'],
  },
  {
    why: 'a clock that steps back completes what is two seconds older, whatever stands open above it',
    lines: ['@90000#1 a', '@10#2 b', '@2010#3 c'],
    expect: ['b 10-20'],
    open: true,
  },
]

for (const { why, lines, expect, open } of CASES)
  test(`audit records are joined: ${why}`, () => assert.deepEqual(join(lines, !open), expect))

test('an event is complete when its node has begun a thousand newer ones', () => {
  const newer = (count: number) => Array.from({ length: count }, (_, i) => `@0#${i + 2} b`)
  assert.deepEqual(join(['@0#1 a', ...newer(999)], false), [])
  assert.deepEqual(join(['@0#1 a', ...newer(1000)], false), ['a 0-10'])
})

test('an event that is reopened is not passed over before a thousand newer ones', () => {
  const newer = (from: number, count: number) => Array.from({ length: count }, (_, i) => `@0#${i + from} b`)
  const lines = ['@0#1 a', '@0#1 EOE', ...newer(2, 500), '@0#1 c', ...newer(1000, 900)]
  assert.equal(join(lines, false).filter((event) => event.startsWith('a')).length, 1)
})

test('what is kept of complete events is bounded', () => {
  let handed = 0
  const events = new Reassembler<Line>(() => void handed++)
  const add = (serial: number) => events.add({ node: '', type: 'EOE', time: 0, serial, text: '' }, 0, 1)
  const before = process.memoryUsage().heapUsed
  for (let serial = 0; serial < 300_000; serial++) add(serial)
  assert.equal(handed, 300_000)
  assert.ok(process.memoryUsage().heapUsed - before < 64 * 1024 * 1024)
})

test('nodes beyond measure are completed and forgotten, not kept', () => {
  let handed = 0
  const events = new Reassembler<Line>(() => void handed++)
  for (let node = 0; node < 10_000; node++)
    events.add({ node: String(node), type: 'PATH', time: 0, serial: 1, text: '' }, 0, 1)
  assert.equal(handed, 10_000 - 4096)
  events.end()
  assert.equal(handed, 10_000)
})

test('every line ends up in the newest telling of exactly one event, whatever the order and the clocks', () => {
  const line = fc.record({
    node: fc.constantFrom('', 'x'),
    time: fc.oneof(
      fc.integer({ min: 0, max: 8 }).map((t) => t * 700),
      fc.constantFrom(90_000, 4_000_000),
    ),
    serial: fc.integer({ min: 1, max: 6 }),
    type: fc.constantFrom('PATH', 'SYSCALL', 'EOE'),
  })
  fc.assert(
    fc.property(fc.array(line, { maxLength: 60 }), (lines) => {
      const newest = new Map<string, { lines: readonly Line[]; from: number; to: number }>()
      const events = new Reassembler<Line>((lines, from, to) => {
        const { node, time, serial } = lines[0]!
        newest.set(`${node} ${time} ${serial}`, { lines: [...lines], from, to })
      })
      for (const [i, line] of lines.entries()) events.add({ ...line, text: String(i) }, i, i + 1)
      events.end()
      const told = [...newest.values()].flatMap(({ lines }) => lines.map((line) => Number(line.text)))
      const silent = lines.flatMap(({ type }, i) => (type === 'EOE' && !told.includes(i) ? [i] : []))
      assert.deepEqual(
        [...told, ...silent].sort((a, b) => a - b),
        lines.map((_, i) => i),
      )
      for (const { lines, from, to } of newest.values())
        for (const line of lines) assert.ok(from <= Number(line.text) && Number(line.text) < to)
    }),
  )
})

test('an event of a node that falls silent is complete after 2 s, whatever other nodes do', () => {
  const taken: string[] = []
  const events = new Reassembler<Line>((lines) => taken.push(lines.map((line) => line.text).join('+')))
  const add = (node: string, serial: number, text: string) =>
    events.add({ node, type: 'PATH', time: 0, serial, text }, serial, serial + 1)
  add('x', 1, 'a')
  add('y', 2, 'b')
  events.settle(10_000)
  add('y', 3, 'c')
  events.settle(11_900)
  assert.deepEqual(taken, [])
  events.settle(12_000)
  assert.deepEqual(taken, ['a'])
  add('x', 1, 'straggler')
  events.settle(13_900)
  assert.deepEqual(taken, ['a', 'b', 'c'])
  events.settle(15_900)
  assert.deepEqual(taken, ['a', 'b', 'c', 'a+straggler'])
})

test('what waits can be told by its bytes, so that a reader can go on before them', () => {
  const events = new Reassembler<Line>(() => {})
  const add = (serial: number, type: string, from: number) =>
    events.add({ node: '', type, time: 0, serial, text: '' }, from, from + 10)
  add(1, 'PATH', 0)
  add(2, 'PATH', 10)
  add(1, 'PATH', 20)
  add(2, 'EOE', 30)
  assert.deepEqual(
    [...events.open()].map(({ from, to }) => [from, to]),
    [[0, 30]],
  )
})
