import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { natsOf } from './record-score.ts'
import { type Contact, close, day, live, newJob, plainLife, SPAN, START } from './testdata/small-fleet.ts'

const LIFE = plainLife(['web-1', 'web-2', 'db-1'])
const TEN_DAYS = (() => {
  const model = newJob()
  live(model, LIFE, START, day(10))
  return JSON.stringify(model.save())
})()
const NOW = day(10) + 8 * SPAN

/** What the record of a contact says, after an input in which other contacts came a little earlier; undefined without a record. */
function told(threshold: number, contact: Contact, before: readonly Contact[] = []) {
  const model = newJob({ alertThreshold: threshold }, JSON.parse(TEN_DAYS))
  for (const [i, one] of before.entries()) close(model, NOW - (before.length - i) * SPAN, [one])
  return close(model, NOW, [contact]).find(
    (record) => record.by_field_value === contact.program && record.partition_field_value === contact.host,
  )?.oddsock
}

/** The input that a counterfactual speaks of: the contact as it would have been, and what would have come before. */
function changed(contact: Contact, said: string): [Contact, Contact[]] {
  const endpoint = { ip: contact.ip!, port: contact.port! }
  if (said.startsWith('something else'))
    return [contact, [{ host: 'web-2', program: '/usr/sbin/chronyd', user: 'chrony', ...endpoint }]]
  if (said.startsWith('two other hosts')) return [contact, ['n-1', 'n-2'].map((host) => ({ ...contact, host }))]
  const peer = / had gone to (\S+) as usual$/.exec(said)?.[1]
  if (peer !== undefined) return [{ ...contact, ip: peer, port: '5432' }, []]
  const user = /^it had run as (\S+), as usual/.exec(said)?.[1]
  if (user !== undefined) return [{ ...contact, user }, []]
  assert.equal(said, 'a person had been logged in')
  return [{ ...contact, terminal: 'yes' }, []]
}

const DAEMON: Contact = {
  host: 'web-1',
  program: '/usr/sbin/nginx',
  user: 'www-data',
  ip: '198.51.100.7',
  port: '4444',
}
const TOOL: Contact = { host: 'db-1', program: '/opt/tool/tool', user: 'postgres', ip: '198.51.100.7', port: '443' }
const SSH: Contact = { host: 'db-1', program: '/usr/bin/ssh', user: 'postgres', port: '22', terminal: 'no' }

for (const { why, contact, threshold = 50, says } of [
  {
    why: 'a daemon calls an address of its own, and has a usual peer',
    contact: DAEMON,
    says: '/usr/sbin/nginx had gone to 10.0.0.2 as usual',
  },
  {
    why: 'a new tool calls an address that others may know',
    contact: TOOL,
    threshold: 65,
    says: 'something else in the fleet that keeps to its peers had called 198.51.100.7:443 before',
  },
  {
    why: 'a new tool on one host could be the first of a roll-out',
    contact: TOOL,
    says: 'two other hosts had got /opt/tool/tool on the same day and done the same',
  },
  {
    why: 'a service account runs what an administrator runs here',
    contact: SSH,
    threshold: 20,
    says: 'it had run as ann, as usual on db-1',
  },
])
  test(`a counterfactual is given, and holds for the changed input: ${why}`, () => {
    const found = told(threshold, contact)!
    assert.equal(found.shown, true)
    assert.ok(found.would_not_alert_if?.includes(says), `${found.nats} ${found.would_not_alert_if}`)
    assert.ok((told(threshold, ...changed(contact, says))?.nats ?? 0) < natsOf(threshold))
  })

test('every counterfactual of any alert holds for the changed input', () => {
  const contact: fc.Arbitrary<Contact> = fc.record({
    host: fc.constantFrom('web-1', 'web-2', 'db-1'),
    program: fc.constantFrom(
      '/usr/sbin/nginx',
      '/usr/bin/ssh',
      '/usr/bin/bash <inline>',
      '/tmp/x',
      '/usr/sbin/chronyd',
    ),
    user: fc.constantFrom('www-data', 'chrony', 'ann', 'root', 'postgres'),
    ip: fc.constantFrom('10.0.0.77', '198.51.100.7', '162.159.200.1', '10.0.0.2'),
    port: fc.constantFrom('443', '4444', '5432', '22'),
    directory: fc.constantFrom('sys', 'tmp', 'inl'),
    argv0: fc.constantFrom('file', 'bracketed'),
    terminal: fc.constantFrom('yes', 'no'),
  })
  let checked = 0
  fc.assert(
    fc.property(contact, fc.integer({ min: 20, max: 60 }), (one, threshold) => {
      const found = told(threshold, one)
      for (const said of found?.would_not_alert_if ?? []) {
        checked++
        const [now, before] = changed(one, said)
        assert.ok((told(threshold, now, before)?.nats ?? 0) < natsOf(threshold), said)
      }
    }),
    { numRuns: 120 },
  )
  assert.ok(checked > 20, String(checked))
})

test('what makes no alert gives no counterfactual', () => {
  assert.equal(told(50, { ...SSH, user: 'ann', terminal: 'yes' })?.would_not_alert_if, undefined)
})
