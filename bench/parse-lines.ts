// The yardstick for NDJSON: `JSON.parse` of every line, and nothing done with it. Compiled by
// `run.ts`, so that it starts as quickly as what it is compared with. usage: node parse-lines.js FILE
import { closeSync, openSync, readSync } from 'node:fs'

const file = openSync(process.argv[2]!, 'r')
const buffer = Buffer.allocUnsafe(1 << 20)
let held = 0
for (let read = 1; read > 0; ) {
  read = readSync(file, buffer, held, buffer.length - held, null)
  const length = held + read
  let start = 0
  for (let end = buffer.indexOf(10); end >= 0 && end < length; end = buffer.indexOf(10, start)) {
    JSON.parse(buffer.toString('utf8', start, end))
    start = end + 1
  }
  buffer.copyWithin(0, start, length)
  held = length - start
}
closeSync(file)
