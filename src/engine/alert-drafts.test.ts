import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import type { RuleFinding } from '../rules/evaluate.ts'
import { History } from '../triage/history.ts'
import { AlertDrafts } from './alert-drafts.ts'

const FIELDS = ['host.name', 'oddsock.program']

function record(id: string, timestamp: number, incident = 'i'): AnomalyRecord {
  return {
    record_id: id,
    timestamp,
    by_field_value: `/bin/${id}`,
    influencers: [],
    oddsock: { incident },
  } as unknown as AnomalyRecord
}

const finding = (id: string, timestamp: number, incident?: string): RuleFinding =>
  ({ alertId: id, record: record(id, timestamp, incident), host: 'web', rows: [] }) as unknown as RuleFinding

function draftsOf(...findings: readonly RuleFinding[]): AlertDrafts {
  const drafts = new AlertDrafts(new History(FIELDS, 'oddsock.program'))
  for (const one of findings) drafts.found(one, one.record.timestamp)
  drafts.takeChanged()
  return drafts
}

/** Programs that have joined, by alert. */
function joined(drafts: AlertDrafts): string[][] {
  return drafts.inOrder().map((draft) => [draft.finding.alertId, ...draft.joined.entries.map(({ program }) => program)])
}

test('a record joins the newest alert of its incident, whichever was found last, also after a restart', () => {
  const before = draftsOf(finding('new', 20), finding('late', 10), finding('other', 30, 'j'))
  const restored = new AlertDrafts(new History(FIELDS, 'oddsock.program'), before.inOrder())
  for (const drafts of [before, restored]) {
    drafts.join(record('next', 40))
    assert.deepEqual(joined(drafts), [['late'], ['new', '/bin/next'], ['other']])
    const { changed, grown } = drafts.takeChanged()
    assert.deepEqual([changed.length, grown.map(({ finding }) => finding.alertId)], [0, ['new']])
  }
})

test('an alert is still joined when an older one of its incident was let go', () => {
  const drafts = draftsOf(finding('old', 10), finding('new', 20))
  drafts.forget(15)
  drafts.join(record('next', 30))
  assert.deepEqual(joined(drafts), [['new', '/bin/next']])
})

test('the record of an alert that is written again joins nothing, and one of no incident neither', () => {
  const drafts = draftsOf(finding('old', 10), finding('new', 20))
  drafts.join(record('new', 20))
  drafts.join(record('next', 30, 'nobody'))
  assert.deepEqual(joined(drafts), [['old'], ['new']])
})
