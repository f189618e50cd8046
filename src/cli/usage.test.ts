import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { commandsIn, transcript } from './testing/transcript.ts'

const GOLDEN = new URL('testdata/usage.golden', import.meta.url)

test('help and wrong usage read as in the golden transcript', async () => {
  const golden = readFileSync(GOLDEN, 'utf8')
  const commands = commandsIn(golden)
  assert.ok(commands.length > 10)
  assert.equal(await transcript(commands), golden)
})

test('the version is that of the package', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  assert.equal(await transcript(['oddsock --version']), `$ oddsock --version\n${version}\n`)
})
