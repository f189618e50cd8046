import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Alert } from '../../domain/alert.ts'
import { isoTime, MINUTE } from '../../domain/time.ts'
import { ALL, equals, NONE } from '../../query/ast.ts'
import type { AlertStore } from '../alert-store.ts'
import { START } from './history.ts'

/** An alert is created once, and changed only by who saw its newest version. */
export function keepsAlertsByVersion(name: string, open: () => Promise<AlertStore>): void {
  const alertOf = (id: string, minute = 0, more: object = {}): Alert => ({
    '@timestamp': isoTime(START + minute * MINUTE),
    'kibana.alert.uuid': id,
    'kibana.alert.workflow_status': 'open',
    process: { name: '__proto__' },
    ...more,
  })

  test(`${name} creates an alert once`, async () => {
    const store = await open()
    assert.equal(await store.get('a'), undefined)
    assert.equal(await store.create(alertOf('a')), 'created')
    assert.equal(await store.create(alertOf('a', 1)), 'exists')
    assert.deepEqual(await store.get('a'), { version: 1, doc: alertOf('a') })
  })

  test(`${name} updates an alert by the version that was seen, and refuses any other`, async () => {
    const store = await open()
    const closed = alertOf('a', 0, { 'kibana.alert.workflow_status': 'closed' })
    assert.equal(await store.update(closed, 1), 'missing')
    await store.create(alertOf('a'))
    assert.equal(await store.update(closed, 2), 'conflict')
    assert.equal(await store.update(closed, 1), 'updated')
    assert.equal(await store.update(alertOf('a'), 1), 'conflict')
    assert.deepEqual(await store.get('a'), { version: 2, doc: closed })
  })

  test(`${name} finds alerts in the order of their time, then id`, async () => {
    const store = await open()
    for (const alert of [
      alertOf('c', 2),
      alertOf('b', 1),
      alertOf('a', 2),
      alertOf('__proto__', 3, { process: { name: 'x' } }),
    ])
      await store.create(alert)
    const ids = async (...args: Parameters<AlertStore['search']>) =>
      (await store.search(...args)).map(({ doc }) => doc['kibana.alert.uuid'])
    assert.deepEqual(await ids(ALL, 9), ['b', 'a', 'c', '__proto__'])
    assert.deepEqual(await ids(ALL, 2), ['b', 'a'])
    assert.deepEqual(await ids(equals('process.name', '__proto__'), 9), ['b', 'a', 'c'])
    assert.deepEqual(await ids(NONE, 9), [])
  })

  test(`${name} keeps what was given, whatever becomes of the caller's object or of an answer`, async () => {
    const store = await open()
    const process = { name: 'nginx' }
    await store.create(alertOf('a', 0, { process }))
    process.name = 'changed'
    const answer = await store.get('a')
    ;(answer!.doc.process as { name: string }).name = 'changed too'
    assert.deepEqual((await store.get('a'))!.doc.process, { name: 'nginx' })
  })
}
