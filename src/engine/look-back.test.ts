import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Observation } from '../domain/observation.ts'
import { HOUR, isoTime, MINUTE } from '../domain/time.ts'
import { openMemory } from '../storage/memory/open-memory.ts'
import { LookBack } from './look-back.ts'

const FIRST = Date.UTC(2026, 2, 10, 12, 7)

function ran(name: string, minutes: number, host = 'web-1', more: object = {}) {
  return {
    '@timestamp': isoTime(FIRST - minutes * MINUTE),
    event: { category: 'process', type: 'start', action: 'executed', id: `${name} ${minutes} ${host}`, ...more },
    host: { name: host },
    process: { name },
  }
}

async function before(events: readonly object[], upTo = Number.POSITIVE_INFINITY, host: string | null = 'web-1') {
  const storage = openMemory()
  await storage.events.append(events as never)
  return new LookBack(storage.events).before({ host, first: FIRST, upTo })
}

test('the hour before the first event counts, on its own host, that event left out', async () => {
  const events = [ran('apt', 60), ran('dnf', 61), ran('pip', 0), ran('npm', 5, 'web-2'), ran('ls', 5), ran('gem', 1)]
  const found = await before(events)
  assert.deepEqual(
    found!.landmarks.map(({ process, at }) => [process, FIRST - Date.parse(at)]),
    [
      ['gem', MINUTE],
      ['apt', HOUR],
    ],
  )
})

test('what was tried in vain, and what came in later, does not count', async () => {
  assert.deepEqual(await before([ran('apt', 5, 'web-1', { outcome: 'failure' })]), { landmarks: [], inDay: false })
  assert.deepEqual(await before([ran('ls', 50), ran('apt', 5)], 1), { landmarks: [], inDay: false })
})

test('where the hour is empty, the day before tells whether there is anything to see', async () => {
  assert.deepEqual(await before([ran('apt', 24 * 60)]), { landmarks: [], inDay: true })
  assert.deepEqual(await before([ran('apt', 24 * 60 + 1), ran('apt', 5, 'web-2')]), { landmarks: [], inDay: false })
})

test('an alert of events that name no host has the landmarks of such', async () => {
  const { host: _, ...nowhere } = ran('apt', 5)
  const found = await before([nowhere, ran('pip', 5)], Number.POSITIVE_INFINITY, null)
  assert.deepEqual(
    found!.landmarks.map(({ process }) => process),
    ['apt'],
  )
})

test('a store that fails is told of, and no answer is given', async () => {
  const failures: unknown[] = []
  const failing = {
    observe: () => {
      throw new Error('gone')
    },
  }
  const lookBack = new LookBack(failing, (error) => failures.push(error))
  assert.equal(await lookBack.before({ host: 'a', first: FIRST, upTo: 1 }), undefined)
  assert.equal(await lookBack.before({ host: 'a', first: FIRST, upTo: 1 }), undefined)
  assert.equal(failures.length, 2)
})

test('nobody waits for a store that is slow, nor asks it anew before it has answered', async () => {
  let asked = 0
  let answer = () => {}
  const slow = {
    async *observe(): AsyncGenerator<Observation> {
      asked++
      await new Promise<void>((resolve) => {
        answer = resolve
      })
    },
  }
  const lookBack = new LookBack(slow, () => {}, 5)
  const ask = () => lookBack.before({ host: 'a', first: FIRST, upTo: 1 })
  assert.deepEqual([await ask(), await ask(), asked], [undefined, undefined, 1])
  answer()
  await new Promise(setImmediate)
  answer()
  await new Promise(setImmediate)
  await ask()
  assert.equal(asked, 3)
})
