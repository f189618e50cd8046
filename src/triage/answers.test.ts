import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Answer } from '../domain/alert.ts'
import type { NoveltyTerm } from '../domain/anomaly-record.ts'
import { DAY, HOUR, MINUTE } from '../domain/time.ts'
import { answersOf } from './answers.ts'
import { A_WEEK, BUCKET, CURL, connect, row, seen, told } from './testdata/told.ts'

type Change = Parameters<typeof told>[0]

function answer(question: Answer['question'], change?: Change): string {
  return answersOf(told(change)).find((one) => one.question === question)!.says
}

function term(name: NoveltyTerm['name'], nats: number, sentence: string): NoveltyTerm {
  return { name, nats, sentence, numbers: {} }
}

function finding(...terms: readonly NoveltyTerm[]): Change {
  const oddsock = { nats: 5, terms, shown: true, campaign: 'c', names: [], user: 'www-data' }
  return {
    record: { by_field_name: 'oddsock.program', by_field_value: 'curl', timestamp: BUCKET, bucket_span: 900, oddsock },
  }
}

test('the five questions are answered in the order of the guide', () => {
  assert.deepEqual(
    answersOf(told()).map(({ question }) => question),
    ['addresses', 'user', 'rhythm', 'command', 'before'],
  )
})

describe('with whom', () => {
  // The blocks of IANA's special-purpose registries tell which part of the world an address is of.
  const WORLD = ['192.0.2.7', '10.1.2.3', '8.8.8.8', '169.254.169.254', '127.0.0.1']
  test('tells addresses outside from those inside, the metadata service of clouds and the host itself', () => {
    const rows = WORLD.map((ip) => row(CURL.with(3, ip)))
    assert.equal(
      answer('addresses', { rows }),
      'Asked 2 outside (192.0.2.7 and 8.8.8.8), 1 inside (10.1.2.3), 1 on the own link, where clouds have their metadata ' +
        'service (169.254.169.254), 1 on the host itself (127.0.0.1), on port 443.',
    )
  })
  test('says that more were asked than are listed', () => {
    const rows = Array.from({ length: 14 }, (_, i) => row(CURL.with(3, `10.0.0.${i}`)))
    const events = [connect({ destination: { ip: '10.0.0.0', port: 443 } })]
    assert.match(
      answer('addresses', { rows, events }),
      /10 inside \(10\.0\.0\.0, 10\.0\.0\.1, 10\.0\.0\.10 and 7 more\), 4 more that are not listed/,
    )
  })
  test('tells what a pipeline found out about the address', () => {
    const destination = {
      ip: '192.0.2.7',
      port: 443,
      domain: 'mirror.example',
      as: { organization: { name: 'Example' } },
    }
    assert.match(
      answer('addresses', { events: [connect({ destination })] }),
      /: the name mirror\.example, the network of Example\.$/,
    )
  })
  test('tells a connection that came in', () => {
    const events = [connect({ network: { direction: 'ingress' }, source: { ip: '198.51.100.4' } })]
    assert.equal(answer('addresses', { events }), 'Was asked by 198.51.100.4, on port 443.')
  })
  test('adds what the job found new or usual about them, strongest first, and nothing that weighs nothing', () => {
    const change = finding(
      term('port', -0.4, 'Port 443 is usual.'),
      term('unknown endpoint', 6, 'Nobody ever called it.'),
      term('new port', 0.1, 'Hardly new.'),
      term('hour', 1, 'At night.'),
    )
    assert.equal(
      answer('addresses', change),
      'Asked 1 outside (192.0.2.7), on port 443. Nobody ever called it. Port 443 is usual.',
    )
  })
  test('says that none is new where only the hour is odd, and says nothing of a job that does not look', () => {
    assert.match(answer('addresses', finding(term('hour', 1, 'At night.'))), / None of them is new to the program\.$/)
    assert.doesNotMatch(answer('addresses'), /None/)
  })
  test('says that the events hold no address', () => {
    assert.equal(
      answer('addresses', { rows: [row(CURL.with(3, null))], events: [connect({ destination: {} })] }),
      'No address stands in the events.',
    )
  })
})

describe('by whom', () => {
  test('says that a job of names does not look at users', () =>
    assert.equal(answer('user'), 'Ran as www-data; this job does not ask whether that is usual.'))
  test('says that the user ran it before, where the program is no news', () =>
    assert.equal(
      answer('user', finding(term('unknown endpoint', 6, 'Nobody.'))),
      'Ran as www-data, who ran it here before.',
    ))
  test('says what is new about the user', () =>
    assert.equal(
      answer('user', finding(term('program', 4, 'First time `www-data` runs curl.'))),
      'Ran as www-data. First time `www-data` runs curl.',
    ))
})

describe('new or periodic', () => {
  const known = seen(['web-2'])
  for (const { what, acquaintance, expect } of [
    { what: 'new', acquaintance: A_WEEK, expect: 'New: not seen in 7 days before on 3 hosts.' },
    {
      what: 'at the beginning of all data',
      acquaintance: { ...A_WEEK, historyFrom: BUCKET },
      expect: 'The data begin here: nothing came before.',
    },
    {
      what: 'monthly',
      acquaintance: {
        ...A_WEEK,
        anywhere: known,
        rhythm: { times: 4, every: 31 * DAY, timeOfDay: 2 * HOUR + 15 * MINUTE },
      },
      expect: 'Comes back every 31 days, 4 times so far, always around 02:15 UTC.',
    },
    {
      what: 'hourly',
      acquaintance: { ...A_WEEK, anywhere: known, rhythm: { times: 5, every: HOUR } },
      expect: 'Comes back every hour, 5 times so far.',
    },
    {
      what: 'at a time of day',
      acquaintance: { ...A_WEEK, anywhere: known, rhythm: { times: 5, timeOfDay: 23 * HOUR + 59.9 * MINUTE } },
      expect: 'Comes back at no even distance, 5 times so far, always around 00:00 UTC.',
    },
    {
      what: 'once before, at this time of day',
      acquaintance: { ...A_WEEK, anywhere: seen(['web-1'], 1, BUCKET - 3 * DAY - 15 * MINUTE), rhythm: { times: 2 } },
      expect: 'Once before, 3 days ago, at the same time of day.',
    },
    {
      what: 'once before, at another',
      acquaintance: { ...A_WEEK, anywhere: seen(['web-1'], 1, BUCKET - 2.5 * DAY), rhythm: { times: 2 } },
      expect: 'Once before, 2.5 days ago.',
    },
    {
      what: 'now and then',
      acquaintance: { ...A_WEEK, anywhere: known, rhythm: { times: 9 } },
      expect: 'Seen in 14 of 672 intervals of 15 minutes before, at no even pace.',
    },
  ])
    test(what, () => assert.equal(answer('rhythm', { acquaintance }), expect))
})

describe('what ran', () => {
  test('names command line, directory and file', () => {
    const process = {
      name: 'curl',
      executable: '/usr/bin/curl',
      args: ['curl', '-so', '/tmp/x'],
      working_directory: '/var/www',
    }
    assert.equal(
      answer('command', { events: [connect({ process })] }),
      'It ran `curl -so /tmp/x`, in /var/www, from /usr/bin/curl.',
    )
  })
  test('says that there are no arguments', () =>
    assert.equal(answer('command'), 'The events hold no arguments; from /usr/bin/curl.'))
})

describe('what came before', () => {
  test('names the parent', () => {
    const process = { name: 'curl', parent: { name: 'cron' } }
    assert.equal(answer('before', { events: [connect({ process })] }), 'Started by cron.')
  })
  test('says that nobody names it', () => assert.equal(answer('before'), 'The events do not name what started it.'))
})
