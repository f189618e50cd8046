import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { demoFleet } from '../scenario/demo-fleet.ts'
import { zstdFrame } from '../sources/testing/zstd-frame.ts'
import { testFolder } from './testing/folder.ts'
import { run } from './testing/run.ts'

const FOLDER = testFolder()

/** The job that has something to say after some hours already. */
const JOB = ['--job', 'linux_anomalous_network_activity']

/** Two logs of the demo fleet, one of each format; with a low threshold there is much that could differ. */
const LOGS = [
  { path: 'quay-web1/audit.log', lines: 30_000 },
  { path: 'desk-ines/events.ndjson', lines: 7_000 },
]

for (const { path, lines } of LOGS)
  describe(`the alerts of ${path}`, () => {
    const name = path.replace('/', '-')
    let bytes: Buffer
    let plain: string
    let expected: string

    before(async () => {
      const file = demoFleet(1).find((one) => one.path === path)
      bytes = Buffer.from(`${[...file!.lines].slice(0, lines).join('\n')}\n`)
      plain = FOLDER.write(name, bytes)
      expected = await alerts([plain])
      assert.ok(expected.split('\n').length > 20)
    })

    async function alerts(args: readonly string[], stdin?: Buffer): Promise<string> {
      const { code, out, err } = await run(
        ['scan', ...args, '--json', '-q', '--threshold', '1', '--host', 'h', ...JOB],
        stdin && { stdin: chunksOf(stdin) },
      )
      assert.deepEqual({ code, err }, { code: 0, err: '' })
      return out
    }

    /** As a pipe hands them over: in pieces that end anywhere. */
    async function* chunksOf(all: Buffer): AsyncGenerator<Buffer> {
      for (let at = 0, size = 1; at < all.length; at += size, size = 1 + ((size * 7919) % 65_536))
        yield all.subarray(at, at + size)
    }

    test('are the same when every line is parsed in full', async () => {
      assert.equal(await alerts([plain, '--strict']), expected)
    })

    test('are the same from a file that gzip has packed', async () => {
      assert.equal(await alerts([FOLDER.write(`${name}.gz`, gzipSync(bytes))]), expected)
    })

    test('are the same from a file that zstd has packed', async () => {
      assert.equal(await alerts([FOLDER.write(`${name}.zst`, zstdFrame(bytes))]), expected)
    })

    test('are the same from standard input, plain and packed', async () => {
      assert.equal(await alerts(['-'], bytes), expected)
      assert.equal(await alerts(['-'], gzipSync(bytes)), expected)
    })

    test('are the same from what rotation has made of the log, its cuts inside events', async () => {
      const folder = join(FOLDER.path, `rotated-${name}`)
      mkdirSync(folder)
      const cuts = [0, 0.3, 0.31, 0.8, 1].map((share) => bytes.indexOf(10, share * (bytes.length - 1) - 1) + 1)
      const parts = [4, 3, 2, 1].map((age, i) => ({ age, part: bytes.subarray(i === 0 ? 0 : cuts[i], cuts[i + 1]) }))
      for (const { age, part } of parts)
        FOLDER.write(
          `rotated-${name}/audit.log${age === 1 ? '' : `.${age - 1}${age > 2 ? '.gz' : ''}`}`,
          age > 2 ? gzipSync(part) : part,
        )
      assert.equal(Buffer.concat(parts.map(({ part }) => part)).length, bytes.length)
      assert.equal(await alerts([folder]), expected)
    })

    test('are the same when the log is named twice', async () => {
      assert.equal(await alerts([plain, plain, `${FOLDER.path}/./${name}`]), expected)
    })
  })
