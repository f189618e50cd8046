import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DAY, HOUR } from '../../domain/time.ts'
import { ON_HOST, PROGRAM, USE } from './entries.ts'
import type { Group } from './group.ts'
import {
  argv0Term,
  directoryTerm,
  fanOutTerm,
  hourTerm,
  isLocalBirth,
  leapTerm,
  learnHour,
  localToolTerm,
  newDirectoryTerm,
  newPeersTerm,
  portTerm,
  reachTerm,
  rollOutTerm,
  terminalTerm,
} from './shape.ts'
import { newState, type State } from './state.ts'

/** Expected values are worked out beside each, from the shares in detection-design §7. */
function near(actual: number | undefined, expected: number): void {
  assert.ok(actual !== undefined && Math.abs(actual - expected) < 1e-5, `${actual} is not near ${expected}`)
}

const group = (change: Partial<Group>) => change as Group
const peers = (count: number, service = '22') =>
  group({ first: 0, peers: new Map(Array.from({ length: count }, (_, i) => [String(i), { service } as never])) })

/** A program, and when hosts first had it. */
const PROGRAM_ID = 7

function stateOf(hosts: readonly number[]): State {
  const state = newState()
  for (const first of hosts) state.hostTimes.add(PROGRAM_ID, first)
  return state
}

function rollOut(hosts: readonly number[], now: number, here?: { readonly born: number }) {
  const use = here && Object.assign(USE.blank(), { first: here.born })
  const onHost = here && ON_HOST.blank()
  const ids = { host: 1, user: 2, program: PROGRAM_ID }
  return rollOutTerm({ state: stateOf(hosts), group: group({ first: now }), ids, onHost, use })
}

test('a directory class is worth its share among attacks over its share among novelties here', () => {
  const state = newState()
  // 0.75·ln(0.18/0.07)
  near(directoryTerm(state, undefined, 'tmp')?.nats, 0.708346)
  state.shape.directories.set('tmp', 20)
  state.shape.directoriesN = 20
  // share (20 + 20·0.07)/40 = 0.535; 0.75·ln(0.18/0.535) = −0.816986, above the floor of −0.75
  near(directoryTerm(state, undefined, 'tmp')?.nats, -0.75)
  assert.equal(directoryTerm(state, undefined, ''), undefined)
})

test('a new directory is worth something where novelties come to old ones', () => {
  const state = newState()
  // 0.75·ln(0.6/0.5)
  near(newDirectoryTerm(state, '/opt/x').nats, 0.136741)
  Object.assign(state.shape, { newDirectory: 1, newDirectoryN: 16 })
  state.entries.places.add(state.names.id('/usr/bin'))
  // share (1 + 2)/20 = 0.15: new 0.75·ln(0.6/0.15), known 0.75·ln(0.4/0.85)
  near(newDirectoryTerm(state, '/opt/x').nats, 1.039721)
  near(newDirectoryTerm(state, '/usr/bin').nats, -0.565329)
})

test('the name of a kernel thread is worth ln(0.10/0.015), and less for a program that is known to use it', () => {
  const state = newState()
  near(argv0Term(state, undefined, group({ argv0: 2 }))?.nats, 1.89712)
  const program = PROGRAM.blank()
  program.argv0.add(2, 4)
  // (4 + 4·0.015)/8 = 0.5075; ln(0.1/0.5075)
  near(argv0Term(state, program, group({ argv0: 2 }))?.nats, -1.624326)
  assert.equal(argv0Term(state, program, group({ argv0: undefined })), undefined)
})

test('a tool without network code that goes outside is worth more the fewer do, until other hosts have it', () => {
  const outside = { external: true, port: '443' } as never
  const scene = (program: string, hosts: readonly number[], peer = outside) => ({
    state: stateOf(hosts),
    group: group({ program, peers: new Map([['', peer]]) }),
    ids: { host: 1, user: 2, program: PROGRAM_ID },
    onHost: undefined,
  })
  const sleep = scene('/usr/bin/sleep', [])
  // 0.75·ln(0.06/0.01)
  near(localToolTerm(sleep)?.nats, 1.34382)
  sleep.state.shape.outsideBirths = 20
  // share (0 + 20·0.01)/40: 0.75·ln(0.06/0.005)
  near(localToolTerm(sleep)?.nats, 1.86368)
  sleep.state.shape.outsideBirths = 1e6
  near(localToolTerm(sleep)?.nats, 3)
  sleep.state.shape.localTools = 1e6
  assert.equal(localToolTerm(sleep), undefined)
  // One other host: (1 + 4·0.01)/5 is more than among attacks.
  assert.equal(localToolTerm(scene('/usr/bin/sleep', [0])), undefined)
  assert.equal(localToolTerm(scene('/usr/bin/curl', [])), undefined)
  assert.equal(localToolTerm(scene('/usr/bin/sleep', [], { external: true, port: '53' } as never)), undefined)
  assert.equal(localToolTerm(scene('/usr/bin/sleep', [], { external: false, port: '443' } as never)), undefined)
})

test('that nobody was logged in is worth most where somebody always is, and 3 nats at most', () => {
  const state = newState()
  const without = group({ attended: false })
  near(terminalTerm(state, undefined, without, 0)?.nats, 0)
  state.shape.terminal[0] = { n: 96, yes: 96 }
  // share (96 + 1.2)/100 = 0.972: ln(0.7/0.028) = 3.218876
  near(terminalTerm(state, undefined, without, 0)?.nats, 3)
  near(terminalTerm(state, undefined, group({ attended: true }), 0)?.nats, Math.log(0.3 / 0.972))
  near(terminalTerm(state, undefined, without, 1)?.nats, 0)
  assert.equal(terminalTerm(state, undefined, group({ attended: undefined }), 0), undefined)
})

test('an hour at which novelties come is worth less than nothing, another a little', () => {
  const state = newState()
  // Monday 2026-01-05, 9 and 22 h: cells 2 and 5 of the weekdays.
  const monday = Date.UTC(2026, 0, 5)
  for (let i = 0; i < 20; i++) learnHour(state, monday + 9 * HOUR, 0)
  // uniform 5/42: share (20 + 20·5/42)/40 = 0.559524, and 0.5·ln(0.119048/0.559524); at night share 5/84, 0.5·ln 2
  near(hourTerm(state, monday + 9 * HOUR, 0).nats, -0.773781)
  near(hourTerm(state, monday + 22 * HOUR, 0).nats, 0.346574)
  near(hourTerm(state, monday + 9 * HOUR, 1).nats, 0)
})

test('a port that no program uses to the outside is worth more than one that all use', () => {
  const state = newState()
  state.shape.outsidePrograms = 19
  state.shape.outsidePorts.set('web', 19)
  // 0.4·(−ln(0.5/20) − 1.5) and 0.4·(−ln(19.5/20) − 1.5)
  near(portTerm(state, '4444').nats, 0.875552)
  near(portTerm(state, 'web').nats, -0.589873)
})

test('fan-out begins at eight peers, and is measured by the most of before', () => {
  assert.equal(fanOutTerm(undefined, peers(7)), undefined)
  // 0.5·ln(40/4); with 20 before 0.5·ln(40/20); with 40 before nothing
  near(fanOutTerm(undefined, peers(40))?.nats, 1.151293)
  const program = PROGRAM.blank()
  program.fanOut = 20
  near(fanOutTerm(program, peers(40))?.nats, 0.346574)
  program.fanOut = 40
  assert.equal(fanOutTerm(program, peers(40)), undefined)
})

/** Seen a week before the groups of these tests. */
const OLD_HOST = { first: -7 * DAY }

test('a leap is eight peers at least and four times as many as ever, worth what it is improbable in a day', () => {
  const state = newState()
  const [use, program] = [USE.blank(), PROGRAM.blank()]
  const leap = (count: number, known: { use?: typeof use; program?: typeof program }) =>
    leapTerm({ state, host: OLD_HOST, group: peers(count), use: known.use, program: known.program })?.nats
  state.rates[2]!.exposure = 100
  state.rates[3]!.exposure = 850
  assert.equal(leap(7, {}), undefined)
  assert.equal(
    leapTerm({ state, host: OLD_HOST, group: peers(80, 'in:443'), use: undefined, program: undefined }),
    undefined,
    'clients',
  )
  // 0.75·ln((100 + 850 + 50)/1)
  near(leap(8, {}), 5.180816)
  use.mostPeers = 3
  program.fanOut = 40
  assert.equal(leap(11, { use, program }), undefined)
  near(leap(12, { use, program }), 5.180816)
  assert.equal(leap(12, { program }), undefined, 'a new use is measured by its program')
  // Nine were seen: 0.75·ln(1000/10); in a large fleet at most 0.75·8
  state.shape.leaps = 9
  near(leap(8, {}), 3.453878)
  state.rates[3]!.exposure = 1e9
  near(leap(8, {}), 6)
  // Three hosts within a day, one of them this one, and one two days ago: 6 − ln 3
  const at = 30 * DAY
  for (const [name, ago] of [
    ['a', 0],
    ['b', HOUR],
    ['here', 0],
    ['c', 2 * DAY],
  ] as const)
    state.leapHosts.set(name, at - ago)
  const young = { first: at - 2 * DAY }
  const eight = group({ ...peers(8), first: at })
  assert.equal(leapTerm({ state, host: young, group: eight, use: undefined, program: undefined }), undefined)
  const among = group({ ...peers(8), host: 'here', first: at })
  near(leapTerm({ state, host: OLD_HOST, group: among, use: undefined, program: undefined })?.nats, 6 - Math.log(3))
})

test('new peers inside count together from three on, as far as this use seldom meets one', () => {
  const met = (count: number, internal: number) => [
    { newInternal: false, nats: { internal: 0 } },
    ...Array.from({ length: count }, () => ({ newInternal: true, nats: { internal } })),
  ]
  assert.equal(newPeersTerm(met(2, 4)), undefined)
  // 0.5·ln 14; where one is half as surprising as it has to be for the whole, half of 0.5·ln 4; nothing where it is none
  near(newPeersTerm(met(14, 4))?.nats, 1.319529)
  near(newPeersTerm(met(4, 1))?.nats, 0.346574)
  assert.equal(newPeersTerm(met(14, 0)), undefined)
})

test('a program that came to three hosts within a day is a roll-out, for two days', () => {
  const now = 30 * DAY
  assert.equal(rollOut([now - HOUR], now), undefined)
  near(rollOut([now - HOUR, now - 2 * HOUR], now)?.nats, -Math.log(3))
  assert.equal(rollOut([now - 2 * DAY, now - 3 * DAY], now), undefined)
  near(rollOut([now, now, now, now], now, { born: now - DAY })?.nats, -Math.log(4))
  assert.equal(rollOut([now, now, now, now], now, { born: now - 3 * DAY }), undefined)
})

test('a program that stays is odd where most do not, and only where it came to one host or two', () => {
  const state = newState()
  const use = Object.assign(USE.blank(), { level: 6, buckets: 9 })
  // 10 buckets: the better of 0.75·ln(0.6/0.35) and 0.75·ln(0.5/0.2)
  near(reachTerm(state, use, 1)?.nats, 0.687218)
  near(reachTerm(state, use, 0.5)?.nats, 0.343609)
  state.shape.born[1] = 20
  state.shape.reached[1] = [20, 20, 0]
  // shares (20 + 7)/40 and (20 + 4)/40: both more than among attacks
  assert.equal(reachTerm(state, use, 1), undefined)
  assert.equal(reachTerm(newState(), Object.assign(USE.blank(), { level: 6, buckets: 2 }), 1), undefined)
  assert.equal(isLocalBirth(stateOf([0, HOUR]), PROGRAM_ID, 0), true)
  assert.equal(isLocalBirth(stateOf([0, HOUR, 2 * HOUR]), PROGRAM_ID, 0), false)
  assert.equal(isLocalBirth(stateOf([0, HOUR, 2 * DAY]), PROGRAM_ID, 0), true)
})
