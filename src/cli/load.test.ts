import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { DAY } from '../domain/time.ts'
import { testFolder } from './testing/folder.ts'
import { run } from './testing/run.ts'
import { ecsLines, WEEK_START, week } from './testing/week.ts'

const FOLDER = testFolder()
const DAY_3 = WEEK_START + 2 * DAY
const RECENT = FOLDER.write('recent.ndjson', ecsLines(week().filter(({ time }) => time >= DAY_3)))
/** Two days, of two hosts with four events in each of 96 quarters of an hour. */
const OLDER = FOLDER.write('older.ndjson', ecsLines(week().filter(({ time }) => time < DAY_3)))

test('history that is older than what the store begins with is counted, and said not to be learned', async () => {
  const state = join(FOLDER.path, 'state')
  const first = await run(['load', RECENT, '--state', state])
  assert.equal(first.err, '')
  const second = await run(['load', OLDER, '--state', state])
  assert.equal(second.code, 0)
  assert.match(second.out, /^1,536 events added, of 1,536 events read/)
  assert.match(
    second.err,
    /^1,536 events older than 2026-03-04T00:00:00.000Z: kept and shown, and not learned by linux_novel_network_activity$/m,
  )
  assert.match(second.err, /load history before the first start, or into a new store\n$/)
  assert.equal((await run(['load', OLDER, '--state', state])).err, '', 'copies are not told again')
})

test('history that is given in one go, whatever its order, is learned as a whole', async () => {
  const { err } = await run(['load', RECENT, OLDER, '--state', join(FOLDER.path, 'whole')])
  assert.equal(err, '')
})
