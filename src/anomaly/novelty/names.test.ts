import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Names, NOBODY } from './names.ts'

test('a name keeps its number, and what nobody told of is forgotten', () => {
  const names = new Names()
  const [a, b, c] = ['a', '__proto__', 'c'].map((text) => names.id(text)) as [number, number, number]
  assert.deepEqual([names.id('__proto__'), names.text(b), names.find('d'), names.id('')], [b, '__proto__', NOBODY, 0])
  for (let i = 0; i < 2; i++) names.keep((name) => name(b))
  assert.equal(names.id(''), 0)
  assert.deepEqual([names.find('a'), names.find('__proto__'), names.find('c')], [NOBODY, b, NOBODY])
  assert.equal(names.text(a), '')
  assert.deepEqual([names.id('e'), names.id('f')], [a, c])
})

test('names go on after save and load as if nothing had happened', () => {
  const text = fc.constantFrom('', 'a', 'b', 'c', 'd', '__proto__', '2001:db8::1')
  fc.assert(
    fc.property(fc.array(text), fc.array(text), fc.array(text), (before, kept, after) => {
      const names = new Names()
      for (const one of before) names.id(one)
      names.keep((name) => {
        for (const one of kept) if (names.find(one) !== NOBODY) name(names.find(one))
      })
      const restored = new Names(JSON.parse(JSON.stringify(names.save())))
      for (const one of after) assert.equal(restored.id(one), names.id(one))
      assert.deepEqual(restored.save(), names.save())
    }),
  )
})

test('names that came after a mark are taken back, and their numbers are given again in the same order', () => {
  const text = fc.constantFrom('', 'a', 'b', 'c', 'd', 'e', '__proto__', '2001:db8::1')
  fc.assert(
    fc.property(fc.array(text), fc.array(text), fc.array(text), fc.array(text), (before, kept, tried, after) => {
      const [names, untried] = [new Names(), new Names()]
      for (const one of [names, untried]) {
        for (const name of before) one.id(name)
        one.keep((tell) => {
          for (const name of kept) if (one.find(name) !== NOBODY) tell(one.find(name))
        })
      }
      const undo = names.mark()
      for (const one of tried) names.id(one)
      undo()
      for (const one of after) assert.equal(names.id(one), untried.id(one))
      assert.deepEqual(names.save(), untried.save())
    }),
  )
})

for (const ip of ['0.0.0.0', '8.8.8.8', '239.255.255.255', '240.0.0.0', '255.255.255.255', '2001:db8::1', '::1'])
  test(`the address ${ip} comes back from its number`, () => {
    const names = new Names()
    assert.equal(names.address(names.addressId(ip)), ip)
    assert.equal(names.findAddress(ip), names.addressId(ip))
  })

test('an IPv4 address takes no room, another goes when nobody tells of it', () => {
  const names = new Names()
  names.addressId('8.8.8.8')
  const kept = names.addressId('2001:db8::1')
  names.addressId('2001:db8::2')
  assert.deepEqual(names.save(), ['', '2001:db8::1', '2001:db8::2'])
  names.keep((_, address) => address(kept))
  assert.deepEqual(names.save(), ['', '2001:db8::1', null])
})

test('what is no address has no number that an address could have', () => {
  const names = new Names()
  for (const text of ['1.2.3', '1.2.3.4.5', '1.2.3.256', '01.2.3.4', 'proxy', '', '1..2.3', '1.2.3.4 '])
    assert.equal(names.findAddress(text === '' ? 'x' : text), NOBODY)
})
