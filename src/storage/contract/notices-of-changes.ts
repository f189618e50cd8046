import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Alert } from '../../domain/alert.ts'
import { isoTime, type Seq } from '../../domain/time.ts'
import type { AlertStore, Notice } from '../alert-store.ts'
import { START } from './history.ts'

/** What an outbox owes its sinks: a notice stands or falls with the change that it tells of. */
export function keepsNoticesOfChanges(name: string, open: () => Promise<AlertStore>): void {
  const alert: Alert = {
    '@timestamp': isoTime(START),
    'kibana.alert.uuid': 'a',
    'kibana.alert.workflow_status': 'open',
  }
  const notice = (id: string, reason: Notice['reason'] = 'created'): Notice => ({ id, alert_id: 'a', reason })
  const kept = async (store: AlertStore, after: Seq = 0) => {
    const { items } = await store.notices({ after, limit: 99 })
    return items.map(({ doc }) => doc)
  }

  test(`${name} keeps a notice with the change that it tells of, and none without one`, async () => {
    const store = await open()
    await store.update(alert, 1, notice('missing'))
    await store.create(alert, notice('1'))
    await store.create(alert, notice('exists'))
    await store.update(alert, 2, notice('conflict'))
    await store.update(alert, 1)
    await store.update(alert, 2, notice('__proto__', 'worse'))
    assert.deepEqual(await kept(store), [notice('1'), notice('__proto__', 'worse')])
  })

  test(`${name} keeps a notice once, done with or not`, async () => {
    const store = await open()
    await store.create(alert, notice('1'))
    await store.create({ ...alert, 'kibana.alert.uuid': 'b' }, { ...notice('1'), alert_id: 'b' })
    await store.update(alert, 1, notice('2', 'confirmed'))
    assert.deepEqual(await kept(store), [notice('1'), notice('2', 'confirmed')])
    const { next } = await store.notices({ after: 0, limit: 9 })
    await store.forgetNotices(next)
    await store.update(alert, 2, notice('1'))
    await store.update(alert, 3, notice('2', 'worse'))
    assert.deepEqual(await kept(store), [])
    await store.update(alert, 4, notice('3'))
    await store.forgetNotices(0)
    assert.deepEqual(await kept(store), [notice('3')])
    assert.equal((await store.get('a'))!.version, 5, 'a notice that is known keeps no change from its alert')
  })

  test(`${name} gives notices in pages, each once`, async () => {
    const store = await open()
    const all = ['1', '2', '3', '4', '5'].map((id) => notice(id))
    for (const each of all) await store.create({ ...alert, 'kibana.alert.uuid': each.id }, each)
    const found: Notice[] = []
    let after = 0
    for (let page = await store.notices({ after, limit: 2 }); page.items.length > 0; ) {
      found.push(...page.items.map(({ doc }) => doc))
      after = page.next
      page = await store.notices({ after, limit: 2 })
    }
    assert.deepEqual(found, all)
    assert.deepEqual(await store.notices({ after, limit: 2 }), { items: [], next: after })
    const [, second] = (await store.notices({ after: 0, limit: 9 })).items
    await store.forgetNotices(second!.seq)
    assert.deepEqual(await kept(store), all.slice(2))
    assert.deepEqual(await kept(store, second!.seq + 1), all.slice(3))
  })
}
