import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Before, Landmark } from '../domain/landmark.ts'
import type { Observation } from '../domain/observation.ts'
import { HOUR, isoTime, MINUTE, SECOND } from '../domain/time.ts'
import { beforeInWords, landmarksOf } from './landmarks.ts'

const FIRST = Date.UTC(2026, 2, 10, 12, 0)
const SPAN = { start: FIRST - HOUR, end: FIRST }
const FIELDS = ['event.action', 'event.category', 'process.name', 'oddsock.program', 'user.name', 'user.id']
const MORE = ['user.effective.name', 'user.target.name', 'auditd.data.unit', 'source.ip']

/** A row of so many minutes before, with these values and no others. */
function row(minutes: number, values: Readonly<Record<string, string>>, count = 1): Observation {
  const last = FIRST - minutes * MINUTE
  const all = [...FIELDS, ...MORE].map((field) => values[field] ?? null)
  return { values: all, count, first: last - (count - 1) * MINUTE, last, events: [] }
}

const of = (...rows: readonly Observation[]): Landmark[] => landmarksOf(rows, [...FIELDS, ...MORE], SPAN)

const APT = { 'event.action': 'executed', 'event.category': 'process', 'process.name': 'apt-get', 'user.name': 'root' }
const SSH = {
  'event.action': 'logged-in',
  'event.category': 'authentication',
  'oddsock.program': '/usr/sbin/sshd',
  'user.name': 'alice',
  'user.effective.name': 'alice',
  'source.ip': '198.51.100.4',
}

describe('landmarks', () => {
  test('are the newest first, each with who did what and how often', () => {
    assert.deepEqual(of(row(25, SSH), row(12, APT, 3)), [
      {
        at: '2026-03-10T11:48:00.000Z',
        action: 'executed',
        category: 'process',
        user: 'root',
        process: 'apt-get',
        count: 3,
      },
      {
        at: '2026-03-10T11:35:00.000Z',
        action: 'logged-in',
        category: 'authentication',
        user: 'alice',
        process: 'sshd',
        source_ip: '198.51.100.4',
        count: 1,
      },
    ])
  })
  test('that look the same are told once', () => {
    const [one, ...others] = of(row(12, APT, 3), row(2, { ...APT, 'oddsock.program': '/usr/bin/apt-get' }, 2))
    assert.deepEqual([one!.at, one!.count, others.length], ['2026-03-10T11:58:00.000Z', 5, 0])
  })
  test('are ten at most, and the newest of all', () => {
    const users = Array.from({ length: 30 }, (_, i) => row(59 - i, { ...APT, 'user.name': `u${i}` }))
    assert.deepEqual(
      of(...users).map(({ user }) => user),
      Array.from({ length: 10 }, (_, i) => `u${29 - i}`),
    )
  })
  test('with a false date are left out', () => {
    assert.deepEqual(of(row(-3 * 24 * 60, APT), row(61, APT), row(0, APT)), [])
    assert.equal(of(row(60, APT)).length, 1)
  })
  test('tell an account by its id, and whose session it became', () => {
    const sudo = { 'event.action': 'started-session', 'event.category': 'session', 'oddsock.program': '/usr/bin/sudo' }
    const [{ user, name } = {} as Landmark] = of(row(1, { ...sudo, 'user.id': '1000', 'user.effective.name': 'root' }))
    assert.deepEqual([user, name], ['uid:1000', 'root'])
  })
})

describe('what came before, in words,', () => {
  const words = (landmarks: readonly Landmark[], inDay = true) => beforeInWords({ landmarks, inDay }, FIRST)
  const landmark = (minutes: number, more: Partial<Landmark>): Landmark => ({
    at: isoTime(FIRST - minutes * MINUTE),
    action: 'executed',
    category: 'process',
    count: 1,
    ...more,
  })

  test('says who ran what, and who logged in from where', () =>
    assert.equal(
      words(of(row(12, APT), row(25, SSH))),
      'Within the hour before: `apt-get` was run by root 12 minutes earlier; alice logged in from 198.51.100.4 25 minutes earlier.',
    ))

  for (const { what, given, expect } of [
    {
      what: 'a session of another account',
      given: { action: 'started-session', category: 'session', process: 'sudo', user: 'alice', name: 'root' },
      expect: '`sudo` opened a session for root by alice 3 minutes earlier',
    },
    {
      what: 'a session of an account that is known by its id',
      given: { action: 'started-session', category: 'session', process: 'login', user: 'uid:1000' },
      expect: '`login` opened a session for user id 1000, 3 minutes earlier',
    },
    {
      what: 'a service',
      given: { action: 'started-service', process: 'systemd', name: 'apt-daily', user: 'uid:0' },
      expect: 'the service apt-daily started 3 minutes earlier',
    },
    {
      what: 'a new account',
      given: { action: 'added-user-account', category: 'iam', process: 'useradd', name: 'bob', user: 'root' },
      expect: 'added user account bob with `useradd` by root 3 minutes earlier',
    },
    {
      what: 'an update of packages',
      given: { action: 'package-updated', category: 'package', process: 'dnf', user: 'root', count: 212 },
      expect: 'package updated with `dnf` by root 212 times, last 3 minutes earlier',
    },
    {
      what: 'what happened twice',
      given: { process: 'pip', count: 2 },
      expect: '`pip` was run twice, last 3 minutes earlier',
    },
  ])
    test(`says ${what}`, () => assert.equal(words([landmark(3, given)]), `Within the hour before: ${expect}.`))

  test('says what happened once before what happens all the time, and how much more there is', () => {
    const names = ['a', 'b', 'c', 'd', 'e']
    const services = names.map((name, i) => landmark(i + 2, { action: 'started-service', name }))
    const cron = landmark(1, {
      action: 'started-session',
      category: 'session',
      process: 'cron',
      user: 'root',
      count: 12,
    })
    assert.match(
      words([cron, ...services]),
      /^Within the hour before: the service a .* the service d [^;]*; and 2 more\.$/,
    )
  })
  test('says that it was at the same moment', () => {
    const at = isoTime(FIRST - SECOND / 2)
    assert.match(words([landmark(0, { process: 'apt', at })]), /`apt` was run less than a second earlier\.$/)
  })
  test('says that there was nothing, or that there never is', () => {
    assert.equal(words([]), 'Nothing of the sort within the hour before: no login, no package, no service.')
    assert.match(words([], false), /^The events of this host hold no logins, packages or services/)
  })
  test('keeps no name longer than a line', () => {
    const before: Before = {
      landmarks: [landmark(1, { process: 'x'.repeat(5000), user: 'y'.repeat(5000) })],
      inDay: true,
    }
    assert.ok(beforeInWords(before, FIRST).length < 400)
  })
})
