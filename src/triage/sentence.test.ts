import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DAY, MINUTE } from '../domain/time.ts'
import { sentenceOf } from './sentence.ts'
import { A_WEEK, BUCKET, CURL, connect, row, seen, told } from './testdata/told.ts'

const NEW = 'used the network for the first time, after 7 days in which none of 3 hosts had shown it'
const TO = 'once, to 192.0.2.7 on port 443, as www-data, running /usr/bin/curl.'

test('a sentence says how new a process is', () => {
  const cases = [
    { given: told(), expect: `curl on web-1 ${NEW}: ${TO}`, why: 'never seen anywhere' },
    {
      given: told({ acquaintance: { ...A_WEEK, hostsKnown: 1 } }),
      expect: `curl on web-1 used the network for the first time, after 7 days in which it had not been seen: ${TO}`,
      why: 'with one host there is no fleet to compare with',
    },
    {
      given: told({ acquaintance: { historyFrom: Number.NaN, bucketsScored: 0, hostsKnown: 0 } }),
      expect: `curl on web-1 used the network at the very beginning of the data: ${TO}`,
      why: 'no history at all',
    },
    {
      given: told({ acquaintance: { ...A_WEEK, anywhere: seen(['web-2']) } }),
      expect: `curl on web-1 used the network for the first time on this host, known from web-2 in 14 of 672 intervals of 15 minutes, last seen 12 hours before: ${TO}`,
      why: 'known elsewhere',
    },
    {
      given: told({ acquaintance: { ...A_WEEK, anywhere: seen(['web-1']), here: seen(['web-1']) } }),
      expect: `curl on web-1 used the network again, known here in 14 of 672 intervals of 15 minutes, last seen 12 hours before: ${TO}`,
      why: 'known here and nowhere else',
    },
    {
      given: told({
        acquaintance: {
          ...A_WEEK,
          bucketsScored: 1,
          anywhere: seen(['db-1', 'web-1', '', 'web-2'], 1),
          here: seen(['web-1'], 1, BUCKET - 15 * MINUTE),
        },
      }),
      expect: `curl on web-1 used the network again, known here in 1 of 1 interval of 15 minutes, last seen 15 minutes before, and also on db-1, a host without a name and 1 more: ${TO}`,
      why: 'known here and elsewhere, on a host without a name too',
    },
    {
      given: told({ acquaintance: { ...A_WEEK, anywhere: seen(['web-1']), here: seen(['web-1'], 14, BUCKET) } }),
      expect: `curl on web-1 used the network again, known here in 14 of 672 intervals of 15 minutes, and already in this one: ${TO}`,
      why: 'a late row of a bucket in which it had been',
    },
    {
      given: told({ acquaintance: { ...A_WEEK, anywhere: seen(['web-1']), here: seen(['web-1'], 1, BUCKET + DAY) } }),
      expect: `curl on web-1 used the network again, known here in 1 of 672 intervals of 15 minutes, and seen since: ${TO}`,
      why: 'a late row of the past',
    },
    {
      given: told({
        acquaintance: { ...A_WEEK, bucketsScored: 35_040, anywhere: seen(['web-2'], 1_234, BUCKET - DAY) },
      }),
      expect: `curl on web-1 used the network for the first time on this host, known from web-2 in 1,234 of 35,040 intervals of 15 minutes, last seen 1 day before: ${TO}`,
      why: 'large numbers',
    },
  ]
  for (const { given, expect, why } of cases) assert.equal(sentenceOf(given), expect, why)
})

test('a sentence says how often, with whom, as which user and by which program', () => {
  const to = (ip: string, port: number | string = 443) => connect({ destination: { ip, port } })
  const cases = [
    {
      given: told({ rows: [row(CURL, 2)], events: [connect(), connect()] }),
      expect: 'twice, to 192.0.2.7 on port 443, as www-data, running /usr/bin/curl',
      why: 'two events',
    },
    {
      given: told({ rows: [row(CURL, 1_200)], events: [connect()] }),
      expect: '1,200 times, to 192.0.2.7 on port 443 (in the 1 event shown), as www-data, running /usr/bin/curl',
      why: 'ports are known of the events shown only, and that is said',
    },
    {
      given: told({
        rows: ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'].map((ip) => row(CURL.with(3, ip))),
        events: [to('192.0.2.1', 80), to('192.0.2.2', '443'), to('192.0.2.3', 22), to('192.0.2.4', 8443)],
      }),
      expect:
        '4 times, to 192.0.2.1, 192.0.2.2, 192.0.2.3 and 1 more on ports 80, 443, 22 and 1 more, as www-data, running /usr/bin/curl',
      why: 'many peers and ports, one of the ports written as text',
    },
    {
      given: told({ rows: [row(CURL.with(3, '2001:db8::1'))], events: [to('2001:db8::1')] }),
      expect: 'once, to 2001:db8::1 on port 443, as www-data, running /usr/bin/curl',
      why: 'IPv6',
    },
    {
      given: told({ rows: [row(CURL.with(3, '192.0.2.1,2001:db8::1'))], events: [to('192.0.2.1', 0)] }),
      expect: 'once, to 192.0.2.1 and 2001:db8::1, as www-data, running /usr/bin/curl',
      why: 'two addresses of one event, and a port that says nothing',
    },
    {
      given: told({
        rows: [row(CURL.with(3, '192.0.2.10'), 2)],
        events: [
          connect({
            network: { direction: 'ingress' },
            source: { ip: '203.0.113.9', port: 50_000 },
            destination: { ip: '192.0.2.10', port: 22 },
          }),
          connect({
            network: { direction: 'inbound' },
            source: { ip: '203.0.113.9' },
            destination: { ip: '192.0.2.10' },
          }),
        ],
      }),
      expect: 'twice, from 203.0.113.9 to its own port 22, as www-data, running /usr/bin/curl',
      why: 'what comes in: the destination is the host itself',
    },
    {
      given: told({
        rows: [row(CURL), row(CURL.with(3, null))],
        events: [
          connect(),
          connect({ network: { direction: 'ingress' }, source: { ip: '203.0.113.9' }, destination: {} }),
        ],
      }),
      expect: 'twice, to 192.0.2.7 on port 443, from 203.0.113.9, as www-data, running /usr/bin/curl',
      why: 'both ways at once',
    },
    {
      given: told({
        rows: [row(CURL.with(3, null))],
        events: [connect({ destination: { path: '/run/docker.sock' } })],
      }),
      expect: 'once, to the socket /run/docker.sock, as www-data, running /usr/bin/curl',
      why: 'a unix socket',
    },
    {
      given: told({
        rows: [row(CURL.with(3, null))],
        events: [connect({ destination: {}, event: { category: 'network', action: 'bound-socket' } })],
      }),
      expect: 'once, with no address in the events (bound-socket), as www-data, running /usr/bin/curl',
      why: 'a bind names no peer',
    },
    {
      given: told({ rows: [row(CURL.with(2, null))], events: [connect({ user: { id: '33' } })] }),
      expect: 'once, to 192.0.2.7 on port 443, as user id 33, running /usr/bin/curl',
      why: 'raw audit logs know users by number',
    },
    {
      given: told({ rows: [row(CURL.with(2, ''))], events: [connect({ user: undefined })] }),
      expect: 'once, to 192.0.2.7 on port 443, as a user that the events do not name, running /usr/bin/curl',
      why: 'an empty name is none',
    },
    {
      given: told({ rows: [row(CURL), row(CURL.with(2, 'root')), row(CURL.with(2, 'ann'))], events: [] }),
      expect: '3 times, to 192.0.2.7, as ann, root and 1 more, running /usr/bin/curl',
      why: 'several users, and no event that could be read',
    },
    {
      given: told({ rows: [row(CURL.with(4, 'curl'))] }),
      expect: 'once, to 192.0.2.7 on port 443, as www-data',
      why: 'a program of which no more than the name is known',
    },
    {
      given: told({
        rows: [row(CURL.with(4, '/usr/bin/python# /srv/a.py'))],
        events: [
          connect({
            process: { name: 'python3', executable: '/usr/bin/python3.11' },
            oddsock: { program: '/usr/bin/python# /srv/a.py' },
          }),
        ],
      }),
      expect: 'once, to 192.0.2.7 on port 443, as www-data, running /usr/bin/python3.11 /srv/a.py',
      why: 'the path is told as it was, not as it is compared',
    },
  ]
  for (const { given, expect, why } of cases) assert.equal(sentenceOf(given), `curl on web-1 ${NEW}: ${expect}.`, why)
})

test('a sentence tells of other things than processes, and of things without a name', () => {
  const record = { by_field_name: 'process.name', by_field_value: '', timestamp: BUCKET, bucket_span: 900 }
  const start = connect({ event: { category: 'process' }, destination: undefined, network: undefined })
  const seenFirst = 'was seen for the first time, after 7 days in which none of 3 hosts had shown it'
  const cases = [
    { given: told({ record }), expect: `A process without a name on web-1 ${NEW}: ${TO}`, why: 'no process' },
    {
      given: told({ host: null }),
      expect: `curl on a host that the events do not name ${NEW}: ${TO}`,
      why: 'no host',
    },
    {
      given: told({ host: null, acquaintance: { ...A_WEEK, anywhere: seen(['web-2']) } }),
      expect: `curl on a host that the events do not name used the network again, known on web-2 in 14 of 672 intervals of 15 minutes, last seen 12 hours before: ${TO}`,
      why: 'no host, but known',
    },
    {
      given: told({
        record: { ...record, by_field_name: 'user.name', by_field_value: 'ann' },
        rows: [row(['web-1', null, 'ann', null, '/usr/bin/gcc'])],
        events: [start],
      }),
      expect: `user ann on web-1 ${seenFirst}: once, running /usr/bin/gcc.`,
      why: 'a job about users who compile',
    },
    {
      given: told({ record: { ...record, by_field_name: 'destination.port', by_field_value: '4444' } }),
      expect: `port 4444 on web-1 ${seenFirst}: ${TO}`,
      why: 'a job about ports',
    },
    {
      given: told({ rows: [], events: [] }),
      expect: `curl on web-1 ${seenFirst}; the events behind it are not at hand.`,
      why: 'a record without rows',
    },
  ]
  for (const { given, expect, why } of cases) assert.equal(sentenceOf(given), expect, why)
})

test('names of any kind and length make one sentence of bounded length', () => {
  const name = fc.oneof(
    fc.constantFrom('__proto__', 'constructor', 'a,b', ' (deleted)', '\u001b[31m', '😀'.repeat(300), 'x'.repeat(5_000)),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  )
  fc.assert(
    fc.property(name, name, name, name, name, (process, host, user, peer, program) => {
      const record = { by_field_name: 'process.name', by_field_value: process, timestamp: BUCKET, bucket_span: 900 }
      const sentence = sentenceOf(told({ record, host, rows: [row([host, process, user, peer, program])], events: [] }))
      assert.ok(sentence.endsWith('.'))
      assert.ok(sentence.length < 1_000, sentence)
      assert.equal(Buffer.from(sentence).toString(), sentence, 'no character is cut in two')
    }),
  )
})

test('of many addresses the one that is odd is told first', () => {
  const to = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '203.0.113.9']
  const rows = to.map((ip, i) => row(['web-1', 'curl', 'www-data', ip, '/usr/bin/curl'], 9 - i))
  const events = to.map((ip) => connect({ destination: { ip, port: 443 } }))
  const term = (name: string, nats: number, ip: string) => ({ name, nats, sentence: '', numbers: { ip } })
  const terms = [term('new port', 0.5, '192.0.2.2'), term('unknown endpoint', 8, '203.0.113.9')]
  const { record } = told()
  const sentence = sentenceOf(told({ rows, events, record: { ...record, oddsock: { terms } as never } }))
  assert.match(sentence, /: 30 times, to 203\.0\.113\.9, 192\.0\.2\.1, 192\.0\.2\.2 and 1 more on port 443/)
})
