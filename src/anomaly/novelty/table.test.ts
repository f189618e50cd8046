import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { layout, list } from './layout.ts'
import { Table } from './table.ts'

const PAIR = layout({ a: 'name', b: 'address', seen: 'i32', value: 'f64', met: 'flag' })
const WIDE = layout({ id: 'u32', many: list('u32', 600) })

/** Few keys, so that they meet again; among them the largest and some that differ in high bits alone. */
const key = fc.constantFrom(0, 1, 2, 3, 65_536, 0x8000_0000, 0xf000_0000, 0xffff_fffe)
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('set'), a: key, b: key, value: fc.double() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete'), a: key, b: key, value: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rename'), a: key, b: key, value: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('keep'), a: key, b: key, value: fc.double() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restore'), a: key, b: key, value: fc.constant(0) }) },
)

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

test('a table answers as a map does, in the same order, whatever is done to it', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      let table = new Table(PAIR, 2)
      const map = new Map<string, number>()
      for (const { do: what, a, b, value } of steps) {
        const name = `${a} ${b}`
        if (what === 'set') {
          table.met(a, b).value = value
          map.set(name, value)
        } else if (what === 'delete') assert.equal(table.delete(a, b), map.delete(name))
        else if (what === 'rename' && !map.has(`${b} ${a}`)) {
          assert.equal(table.rename([a, b], [b, a])?.value, map.get(name))
          if (map.has(name)) map.set(`${b} ${a}`, map.get(name)!)
          map.delete(name)
        } else if (what === 'keep') {
          table.keep((row) => row.value < value)
          for (const [one, known] of map) if (!(known < value)) map.delete(one)
        } else if (what === 'restore') table = new Table(PAIR, 2, JSON.parse(JSON.stringify(table.save())))
        assert.equal(table.size, map.size)
        assert.equal(table.has(a, b), map.has(name))
        assert.equal(table.get(a, b)?.value, map.get(name))
      }
      assert.deepEqual(
        [...table.rows()].map((row) => [`${row.a} ${row.b}`, row.value]),
        [...map],
      )
    }),
  )
})

test('what was tried on a table is undone without a trace, whatever it was', () => {
  const apply = (table: Table<{ a: number; b: number; value: number }>, steps: readonly Step[]) => {
    for (const { do: what, a, b, value } of steps) {
      if (what === 'set') table.met(a, b).value = value
      else if (what === 'delete') table.delete(a, b)
      else if (what === 'rename' && !table.has(b, a)) table.rename([a, b], [b, a])
      else if (what === 'keep') table.keep((row) => row.value < value)
    }
  }
  const steps = fc.array(step, { maxLength: 60 })
  fc.assert(
    fc.property(fc.nat(1200), steps, steps, steps, (rows, before, tried, after) => {
      const [table, untried] = [new Table(PAIR, 2), new Table(PAIR, 2)]
      for (const one of [table, untried]) {
        for (let i = 0; i < rows; i++) one.add(10, i).value = i
        apply(one, before)
      }
      const undo = table.mark()
      apply(table, tried)
      for (const row of table.rows()) row.value = -1
      undo()
      for (const one of [table, untried]) apply(one, after)
      assert.deepEqual(table.save(), untried.save())
      for (const { a, b } of [...before, ...tried, ...after])
        assert.equal(table.get(a, b)?.value, untried.get(a, b)?.value)
    }),
  )
})

test('ten thousand rows are all found, and rows of many pages can go', () => {
  const table = new Table(PAIR, 2)
  for (let i = 0; i < 10_000; i++) table.add(i % 100, Math.floor(i / 100)).value = i
  table.keep((row) => row.value % 3 === 0)
  assert.equal(table.size, 3334)
  for (let i = 0; i < 10_000; i++)
    assert.equal(table.get(i % 100, Math.floor(i / 100))?.value, i % 3 === 0 ? i : undefined)
  const added = table.add(7, 1_000_000)
  assert.deepEqual([added.seen, added.value, added.met], [0, 0, false])
})

test('each field keeps what was written into it and leaves its neighbours alone', () => {
  const all = layout({
    number: 'f64',
    whole: 'i32',
    large: 'u32',
    flag: 'flag',
    small: 'u8',
    medium: 'u16',
    inner: layout({ x: 'f64', y: 'u8' }),
    digits: list('u4', 5),
    counts: list('u32', 2),
  })
  const numbers = fc.record({
    number: fc.double(),
    whole: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    large: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    flag: fc.boolean(),
    small: fc.nat(255),
    medium: fc.nat(65_535),
    x: fc.double(),
    y: fc.nat(255),
    digits: fc.array(fc.nat(15), { minLength: 5, maxLength: 5 }),
    counts: fc.array(fc.nat(), { minLength: 2, maxLength: 2 }),
  })
  fc.assert(
    fc.property(numbers, ({ x, y, digits, counts, ...plain }) => {
      const row = all.blank()
      for (const [i, digit] of digits.entries()) row.digits.add(i, digit)
      for (const [i, count] of counts.entries()) row.counts.add(i, count)
      Object.assign(row.inner, { x, y })
      Object.assign(row, plain)
      for (const [name, value] of Object.entries(plain)) assert.equal(row[name as keyof typeof plain], value)
      assert.deepEqual([row.inner.x, row.inner.y], [x, y])
      assert.deepEqual(
        digits.map((_, i) => row.digits.get(i)),
        digits,
      )
      assert.deepEqual(
        counts.map((_, i) => row.counts.get(i)),
        counts,
      )
      assert.equal(row.counts.sum(), counts[0]! + counts[1]!)
    }),
  )
})

test('a count that does not fit stays at the most that does', () => {
  const row = layout({ two: list('u4', 2), one: list('u32', 1) }).blank()
  for (let i = 0; i < 20; i++) row.two.add(0, 1)
  row.one.add(0, 2 ** 32 - 1)
  row.one.add(0, 1)
  assert.deepEqual([row.two.get(0), row.two.get(1), row.one.get(0)], [15, 0, 2 ** 32 - 1])
})

test('a name of a field has one type wherever it is used', () => {
  layout({ same: 'u8' })
  assert.throws(() => layout({ same: 'u16' }), TypeError)
  assert.throws(() => layout({ same: list('u4', 1) }), TypeError)
})

test('a table tells the names and addresses of its rows, and of those alone', () => {
  const table = new Table(PAIR, 2)
  table.add(3, 4)
  table.add(5, 6)
  table.delete(5, 6)
  const told: [string, number][] = []
  table.tell(
    (name) => told.push(['name', name]),
    (address) => told.push(['address', address]),
  )
  assert.deepEqual(told, [
    ['name', 3],
    ['address', 4],
  ])
})

test('rows may be so long that few share a page', () => {
  const table = new Table(WIDE, 1)
  for (let i = 0; i < 20; i++) table.add(i).many.add(599, i)
  assert.deepEqual(
    [...table.rows()].map((row) => row.many.get(599)),
    Array.from({ length: 20 }, (_, i) => i),
  )
})
