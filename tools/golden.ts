// Rewrites golden files from what the code does now. Read the diff before you commit it: a golden is a claim.
// usage: npm run golden
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { commandsIn, transcript } from '../src/cli/testing/transcript.ts'
import { auditLog } from '../src/formats/audit-log/index.ts'
import { golden } from '../src/formats/golden.ts'
import { openApiDocument } from '../src/http/openapi.ts'

const FOLDERS = [{ folder: 'src/formats/audit-log/testdata/golden', ending: '.log', format: auditLog }]

for (const { folder, ending, format } of FOLDERS)
  for (const file of readdirSync(folder).filter((name) => name.endsWith(ending))) {
    writeFileSync(`${folder}/${file}.golden`, golden(format, readFileSync(`${folder}/${file}`)))
    console.log(`${folder}/${file}.golden`)
  }

const USAGE = 'src/cli/testdata/usage.golden'
writeFileSync(USAGE, await transcript(commandsIn(readFileSync(USAGE, 'utf8'))))
console.log(USAGE)

const OPENAPI = 'docs/reference/openapi.json'
writeFileSync(OPENAPI, `${JSON.stringify(openApiDocument(), undefined, 2)}\n`)
console.log(OPENAPI)
