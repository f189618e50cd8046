import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import * as v from 'valibot'
import { text } from '../domain/field.ts'
import { fileTail } from './file-tail.ts'
import type { LiveSource } from './live-source.ts'
import { KeepingIntake, until } from './testing/keeping-intake.ts'

let folder: string
let sources: readonly LiveSource[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'file-tail-'))
  sources = []
})
afterEach(async () => {
  for (const source of sources) await source.stop()
  rmSync(folder, { recursive: true })
})

const record = (serial: number) =>
  `type=USER_LOGIN msg=audit(1780000000.000:${serial}): pid=1 uid=0\ntype=EOE msg=audit(1780000000.000:${serial}): \n`

function write(path: string, content: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true })
  writeFileSync(join(folder, path), content)
}

async function open(options: unknown): Promise<readonly LiveSource[]> {
  sources = await fileTail.open(v.parse(fileTail.options, options))
  return sources
}

async function run(intake: KeepingIntake): Promise<void> {
  for (const source of sources) for await (const arrivals of source.backlog?.(undefined) ?? []) intake.keep(arrivals)
  for (const source of sources) await source.start(intake)
}

const seen = (intake: KeepingIntake) =>
  intake.events.map((event) => `${text(event, 'host.name')} ${text(event, 'auditd.sequence')}`).sort()

test('each log under a glob has a past and a cursor of its own, and its folder for a host', async () => {
  write('web-1/audit.log', record(1))
  write('web-1/audit.log.1', record(2))
  write('web-2/audit.log', record(3))
  const names = (await open({ path: `${folder}/*/audit.log*` })).map(({ name }) => name.replace(`${folder}/`, ''))
  assert.deepEqual(names, ['file-tail:web-1/audit.log', 'file-tail:web-2/audit.log', 'file-tail:*/audit.log*'])
  const intake = new KeepingIntake()
  await run(intake)
  assert.deepEqual(seen(intake), ['web-1 1', 'web-1 2', 'web-2 3'])
  assert.deepEqual(
    [...intake.cursors.keys()],
    sources.slice(0, 2).map(({ name }) => name),
  )
})

for (const path of ['', '/*/*.log'])
  test(`a log that appears under ${path || 'a folder'} is picked up, and followed`, async () => {
    write('web-1/audit.log', record(1))
    await open({ path: `${folder}${path}` })
    const intake = new KeepingIntake()
    await run(intake)
    write('web-2/audit.log', record(2))
    await until('the new log', () => intake.events.length === 2)
    appendFileSync(join(folder, 'web-2/audit.log'), record(3))
    await until('its next line', () => intake.events.length === 3)
    assert.deepEqual(seen(intake), ['web-1 1', 'web-2 2', 'web-2 3'])
    assert.ok(intake.cursors.has(`file-tail:${join(folder, 'web-2/audit.log')}`))
  })

test('a log that is named twice is read once', async () => {
  write('web-1/audit.log', record(1))
  await open({ path: [`${folder}/web-1/audit.log`, `${folder}/*/audit.log`] })
  const intake = new KeepingIntake()
  await run(intake)
  assert.deepEqual(seen(intake), ['web-1 1'])
})

test('host and format are what the user says', async () => {
  write('x', `\n${record(1)}`)
  await open({ path: `${folder}/x`, host: 'db-1', format: 'audit-log' })
  const intake = new KeepingIntake()
  await run(intake)
  assert.deepEqual(seen(intake), ['db-1 1'])
})

for (const wrong of [{}, { path: '' }, { path: [] }, { path: 'x', format: 'xml' }, { path: 'x', files: 1 }])
  test(`${JSON.stringify(wrong)} are no options`, () => {
    assert.equal(v.safeParse(fileTail.options, wrong).success, false)
  })
