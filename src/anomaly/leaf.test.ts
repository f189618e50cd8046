import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileDetectors } from './detector.ts'
import { groupsOf, influencerValues, influencesOf, inOrder } from './leaf.ts'
import { FIELDS, jobOf, rowsOf } from './testdata/fleet.ts'

const [detector] = compileDetectors(jobOf(), FIELDS, new Map())
const HOST = { field: 'host.name', column: 0 }
const USER = { field: 'user.name', column: 2 }

test('every distinct value seen with a name influences it, in order of first sight', () => {
  const rows = rowsOf(0, [
    { process: 'curl', host: 'b', user: 'root' },
    { process: 'wget', host: 'c' },
    { process: 'curl', host: 'a', user: null },
    { process: 'curl', host: 'b', user: '' },
  ])
  const [curl] = groupsOf(detector!, '', rows)
  assert.deepEqual(influencesOf(curl!, [HOST, USER]), [
    { influencer_field_name: 'host.name', influencer_field_values: ['b', 'a'] },
    { influencer_field_name: 'user.name', influencer_field_values: ['root'] },
  ])
})

test('a by field that is an influencer stands in with its own value', () => {
  // Rare specification §9.1-E.
  const group = { detector: detector!, partition: '', by: 'curl', rows: rowsOf(0, [{ process: null }]) }
  assert.deepEqual([...influencerValues(group, 'process.name', 1)], ['curl'])
  assert.deepEqual(
    [...influencerValues({ ...group, rows: rowsOf(0, [{ process: 'curl', user: null }]) }, 'user.name', 2)],
    [],
  )
})

test('rows come in the order of their first event', () => {
  const rows = rowsOf(0, [
    { process: 'b', at: 5 },
    { process: 'a', at: 5 },
    { process: 'c', at: 1 },
  ])
  assert.deepEqual(
    inOrder(rows).map(({ values }) => values[1]),
    ['c', 'a', 'b'],
  )
})
