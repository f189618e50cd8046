import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { PassThrough } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import type { EcsEvent } from '../domain/event.ts'
import { text } from '../domain/field.ts'
import { eventKeyOf } from '../domain/identity.ts'
import { REVISION } from '../domain/stamps.ts'
import { liveSourceContract } from './contract.ts'
import { fingerprintOf } from './fingerprint.ts'
import { LineInput } from './stdin.ts'
import { KeepingIntake, until } from './testing/keeping-intake.ts'

const stamp = (serial: number) => `msg=audit(1780000000.000:${serial}):`
const record = (serial: number, node = '') =>
  `${node}type=USER_LOGIN ${stamp(serial)} pid=1 uid=0 res=success\x1dUID="root"\n${node}type=EOE ${stamp(serial)} \n`

const serialsOf = (events: readonly EcsEvent[]) => events.map((event) => Number(text(event, 'auditd.sequence')))

async function started(t: TestContext): Promise<{ input: PassThrough; source: LineInput; intake: KeepingIntake }> {
  const input = new PassThrough()
  const source = new LineInput(input, { host: 'web-1' })
  const intake = new KeepingIntake()
  await source.start(intake)
  t.after(() => source.stop())
  return { input, source, intake }
}

liveSourceContract('standard input', async () => {
  const input = new PassThrough()
  return { source: new LineInput(input, { host: 'web-1' }), send: async (lines) => void input.write(lines) }
})

test('enriched lines of an audit plug-in are read, of this host and of others', async (t) => {
  const { input, intake } = await started(t)
  input.write(record(1))
  input.write(record(2, 'node=db-1 '))
  await until('two events', () => intake.events.length === 2)
  assert.deepEqual(
    intake.events.map((event) => [text(event, 'host.name'), text(event, 'user.effective.name'), event[REVISION]]),
    [
      ['web-1', 'root', 2],
      ['db-1', 'root', 2],
    ],
  )
})

test('an event without an end is complete after 2 s of silence', async (t) => {
  const { input, intake } = await started(t)
  input.write(`type=USER_LOGIN ${stamp(1)} pid=1\n`)
  await setTimeout(1000)
  assert.equal(intake.events.length, 0)
  await until('the event', () => intake.events.length === 1)
})

test('everything is complete at the end of the input, which is told', async (t) => {
  const { input, source, intake } = await started(t)
  input.end(`type=USER_LOGIN ${stamp(1)} pid=1\ntype=USER_LOGIN ${stamp(2)} pid=1`)
  await until('the end', () => source.health.problem === 'Standard input has ended: nothing more comes from it')
  assert.deepEqual(serialsOf(intake.events), [1, 2])
})

test('stopping takes what the writer wrote just before, and does not wait for the end of the input', async (t) => {
  const { input, source, intake } = await started(t)
  input.write(record(1))
  const stopped = source.stop()
  await setTimeout(100)
  input.write(`type=USER_LOGIN ${stamp(2)} pid=1\n`)
  await stopped
  assert.deepEqual(serialsOf(intake.events), [1, 2])
  assert.equal(source.health.problem, undefined)
})

test('a writer waits while the engine is behind', async (t) => {
  const { input, source, intake } = await started(t)
  intake.hold()
  const lines = Buffer.from(Array.from({ length: 2000 }, (_, i) => record(i)).join(''))
  for (let at = 0; at < lines.length; at += 4096) input.write(lines.subarray(at, at + 4096))
  await setTimeout(300)
  assert.ok(source.health.bytesRead <= 2 * input.readableHighWaterMark)
  assert.equal(intake.mostWaiting, 1)
  intake.release()
  await until('all', () => intake.events.length === 2000)
  assert.equal(intake.mostWaiting, 1)
})

test('lines before the first of a known format are rejects, and the stream goes on', async (t) => {
  const { input, intake } = await started(t)
  input.write('what?\n\nnothing\n')
  await until('rejects', () => intake.rejects.length === 2)
  input.write(record(1))
  await until('the event', () => intake.events.length === 1)
  assert.deepEqual(
    intake.rejects.map(({ reason, from, raw }) => [reason, from, raw]),
    [
      ['format not known', 0, 'what?\n'],
      ['format not known', 7, 'nothing\n'],
    ],
  )
})

test('documents without an identity have that of their place, as in a scan', async (t) => {
  const { input, intake } = await started(t)
  const line = `${JSON.stringify({ '@timestamp': '2026-01-01T00:00:00Z', message: 'x' })}\n`
  input.write(line)
  input.end(line)
  await until('two', () => intake.events.length === 2)
  const fingerprint = fingerprintOf(Buffer.from(line))
  assert.deepEqual(
    intake.events.map((event) => eventKeyOf(event, { fingerprint: '', offset: 0 })),
    [0, line.length].map((offset) => eventKeyOf({}, { fingerprint, offset })),
  )
})

test('an input that fails is told', async (t) => {
  const { input, source } = await started(t)
  input.destroy(new Error('the pipe broke'))
  await until('the problem', () => source.health.problem === 'Cannot go on with standard input: the pipe broke')
})

test('the end of the engine ends it quietly', async (t) => {
  const { input, source, intake } = await started(t)
  intake.close()
  input.write(record(1))
  await source.stop()
  assert.equal(source.health.problem, undefined)
  assert.deepEqual(intake.events, [])
})

test('a real pipe is read until the process behind it ends', async (t) => {
  const loop =
    'i=1; while [ $i -le 200 ]; do echo "type=USER_LOGIN msg=audit(1780000000.000:$i): pid=1"; i=$((i+1)); done'
  const child = spawn('sh', ['-c', loop], { stdio: ['ignore', 'pipe', 'inherit'] })
  const source = new LineInput(child.stdout, { host: 'web-1' })
  const intake = new KeepingIntake()
  await source.start(intake)
  t.after(() => source.stop())
  await until('the end', () => source.health.problem !== undefined)
  assert.equal(intake.events.length, 200)
})
