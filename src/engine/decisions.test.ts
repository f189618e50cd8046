import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '../domain/error.ts'
import { openMemory } from '../storage/memory/open-memory.ts'
import { Decisions } from './decisions.ts'

const decision = (n: number) => ({ now: n * 1000, upTo: n, began: 0 })

test('decisions are found again in their order, each job its own', async () => {
  const { state } = openMemory()
  const [mine, other] = [new Decisions(state, 'a'), new Decisions(state, 'a_b')]
  for (let n = 0; n < 12; n++) await mine.decide(decision(n))
  await other.decide(decision(99))
  assert.deepEqual(
    await new Decisions(state, 'a').stored(),
    Array.from({ length: 12 }, (_, n) => decision(n)),
  )
  assert.deepEqual(await new Decisions(state, 'a_b').stored(), [decision(99)])
})

test('after a start, decisions go on behind those that were stored', async () => {
  const { state } = openMemory()
  await new Decisions(state, 'a').decide(decision(1))
  const second = new Decisions(state, 'a')
  await second.stored()
  await second.decide(decision(2))
  assert.deepEqual(await new Decisions(state, 'a').stored(), [decision(1), decision(2)])
})

test('two that decide for the same job notice it', async () => {
  const { state } = openMemory()
  const [one, two] = [new Decisions(state, 'a'), new Decisions(state, 'a')]
  await one.decide(decision(1))
  await assert.rejects(two.decide(decision(1)), (error) => error instanceof AppError && error.code === 'JOB_RUNS_TWICE')
})
