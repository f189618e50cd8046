import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { CATALOGUES } from './catalogues.ts'
import { loadConfig } from './load.ts'

const FOLDER = mkdtempSync(join(tmpdir(), 'oddsock-catalogues-'))
after(() => rmSync(FOLDER, { recursive: true }))

for (const [kind, types] of [
  ['source', CATALOGUES.sources],
  ['sink', CATALOGUES.sinks],
] as const)
  for (const { name, examples } of types)
    for (const { title, toml } of examples)
      test(`the example of ${name} for ${title} is a file of settings`, () => {
        const file = join(FOLDER, 'oddsock.toml')
        writeFileSync(file, /^type = /.test(toml) ? `[[${kind}]]\n${toml}` : toml)
        const { config } = loadConfig({ file, env: { HOME: FOLDER }, catalogues: CATALOGUES })
        assert.deepEqual([...new Set(config[kind].map(({ type }) => type))], [name])
      })
