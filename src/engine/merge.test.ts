import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { EcsEvent } from '../domain/event.ts'
import { DAY, type EpochMs, isoTime, MINUTE } from '../domain/time.ts'
import { recognise } from '../formats/index.ts'
import type { ByteSource } from '../sources/source.ts'
import { Input } from './input.ts'
import { Merge } from './merge.ts'

const START: EpochMs = Date.UTC(2026, 0, 6)
const minutes = (from: EpochMs, count: number) => Array.from({ length: count }, (_, i) => from + i * MINUTE)

/** Documents of one host at these times, handed out in small chunks; `reads` tells how far each opening of it has come. */
class Documents implements ByteSource {
  readonly name = 'documents'
  readonly host = 'a'
  readonly size: number
  readonly problems = []
  readonly reads: { chunks: number }[] = []
  readonly #lines: readonly string[]

  constructor(times: readonly EpochMs[]) {
    this.#lines = times.map((time) => `${JSON.stringify({ '@timestamp': isoTime(time), host: { name: 'a' } })}\n`)
    this.size = this.#lines.join('').length
  }

  async fingerprint() {
    return 'x'
  }

  async *read() {
    const read = { chunks: 0 }
    this.reads.push(read)
    for (let i = 0; i < this.#lines.length; i += 10) {
      read.chunks++
      yield Buffer.from(this.#lines.slice(i, i + 10).join(''))
    }
  }

  async *ranges() {}
  async close() {}
}

function inputsOf(sources: readonly ByteSource[]) {
  return sources.map(
    (source, index) =>
      new Input(index, source, {
        recognise,
        fields: [],
        profile: (_: EcsEvent) => ({ host: 0 }),
        decisive: [],
        isIdle: () => false,
        onReject: () => assert.fail('nothing here is damaged'),
      }),
  )
}

/** The merged sequence: which input, and the time of the event. */
async function merged(
  sources: readonly ByteSource[],
  look: (input: number, time: EpochMs) => void = () => {},
): Promise<[input: number, time: EpochMs][]> {
  const merge = new Merge(inputsOf(sources))
  const sequence: [number, EpochMs][] = []
  await merge.start()
  while (await merge.fill())
    while (merge.advance()) {
      const { index, queue } = merge.input
      sequence.push([index, queue.times[merge.index]!])
      look(index, queue.times[merge.index]!)
    }
  return sequence
}

test('of nothing, and of empty inputs, the sequence is empty', async () => {
  assert.deepEqual(await merged([]), [])
  assert.deepEqual(await merged([new Documents([]), new Documents([])]), [])
})

test("inputs are merged by each one's running maximum, ties by their order", () => {
  const steps = fc.array(fc.integer({ min: -20, max: 40 }), { maxLength: 40 })
  return fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 1, maxLength: 4 }), async (inputs) => {
      const times = inputs.map((steps) => {
        let time = START
        return steps.map((step) => {
          time += step * MINUTE
          return time
        })
      })
      const expected = times.flatMap((ofInput, input) => {
        let highest = Number.NEGATIVE_INFINITY
        return ofInput.map((time) => {
          highest = Math.max(highest, time)
          return { input, time, highest }
        })
      })
      // Stable: within an input the order stays.
      expected.sort((a, b) => a.highest - b.highest || a.input - b.input)
      assert.deepEqual(
        await merged(times.map((ofInput) => new Documents(ofInput))),
        expected.map(({ input, time }) => [input, time]),
      )
    }),
    { numRuns: 40 },
  )
})

test('22 boot events two months off at the head of a log do not keep the log back', async () => {
  for (const off of [60 * DAY, -60 * DAY]) {
    const [log, other] = [minutes(START, 150), minutes(START, 150)]
    const sequence = await merged([new Documents([...minutes(START + off, 22), ...log]), new Documents(other)])
    const rest = sequence.filter(([, time]) => Math.abs(time - START) < DAY)
    assert.deepEqual(
      rest.map(([, time]) => time),
      log.flatMap((time) => [time, time]),
    )
  }
})

test('an input is looked at once, and opened only when the sequence reaches it', async () => {
  const [early, late] = [new Documents(minutes(START, 50)), new Documents(minutes(START + DAY, 120))]
  await merged([late, early], (input) => {
    if (input === 1) assert.equal(late.reads.length, 1)
  })
  assert.deepEqual(
    late.reads.map(({ chunks }) => chunks > 0),
    [true, true],
  )
})
