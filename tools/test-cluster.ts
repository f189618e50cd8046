// Runs the suites that need a cluster, on a real one of three nodes for each major version of OpenSearch that we support. Elasticsearch is
// tested when it is named: `--line es8`.
// usage: npm run test:cluster [-- --line 2] [FILE…]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { LINES, TestCluster } from './opensearch/cluster.ts'

const args = process.argv.slice(2)
const always = [...LINES].filter(([, line]) => !line.onRequest).map(([name]) => name)
const lines = args[0] === '--line' ? [args.splice(0, 2)[1]!] : always

for (const name of lines) {
  const line = LINES.get(name)
  if (!line) throw new RangeError(`Cannot test line ${name}: known are ${[...LINES.keys()].join(', ')}`)
  const begun = Date.now()
  const cluster = await TestCluster.start(line)
  console.log(`\n${line.product} ${line.version}: three nodes after ${Math.round((Date.now() - begun) / 1000)} s`)
  try {
    const env = { ...process.env, ODDSOCK_TEST_CLUSTER: cluster.urls.join(), ODDSOCK_TEST_LINE: name }
    const tests = ['--import', 'tsx', 'tools/test.ts', '--suite', 'cluster', ...args]
    const [status] = await once(spawn(process.execPath, tests, { stdio: 'inherit', env }), 'exit')
    if (status !== 0) process.exitCode = 1
  } finally {
    await cluster.stop()
  }
}
