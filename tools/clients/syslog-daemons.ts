import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Client, DEBIAN, type Delivery } from './client.ts'

/**
 * The two daemons that ship logs of most Linux machines, each reading a file. They forget how far they have read and start again, so
 * that everything is sent twice.
 */
export const SYSLOG_DAEMONS: readonly Client[] = [
  {
    name: 'rsyslog omelasticsearch, create with own ids',
    deliver: (delivery) => ship(delivery, rsyslog(delivery, true)),
  },
  { name: 'rsyslog omelasticsearch, index', deliver: (delivery) => ship(delivery, rsyslog(delivery, false)) },
  { name: 'syslog-ng elasticsearch-http, own ids', deliver: (delivery) => ship(delivery, syslogNg(delivery, true)) },
  { name: 'syslog-ng elasticsearch-http', deliver: (delivery) => ship(delivery, syslogNg(delivery, false)) },
]

interface Daemon {
  /** Program and arguments, to run in the foreground. */
  readonly command: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Where it remembers what it has sent. */
  readonly memory: string
  readonly config: { readonly file: string; readonly text: string }
}

async function ship({ messages, folder, index, taken }: Delivery, daemon: Daemon): Promise<void> {
  writeFileSync(logOf(folder, index), messages.map((message) => `${message}\n`).join(''))
  writeFileSync(daemon.config.file, daemon.config.text)
  for (let round = 1; round <= 2; round++) {
    rmSync(daemon.memory, { recursive: true, force: true })
    mkdirSync(daemon.memory)
    await run(daemon, () => taken(round * messages.length))
  }
}

async function run({ command, env }: Daemon, until: () => Promise<void>): Promise<void> {
  const [program, ...args] = command
  if (!existsSync(program!)) throw new Error(`It is not installed: ${program}`)
  const child = spawn(program!, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data))
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`It ended by itself with ${code}:\n${said}`)
  })
  try {
    await Promise.race([until(), ended])
  } catch (cause) {
    throw new Error(`${(cause as Error).message}\n${said}`)
  } finally {
    ended.catch(() => {})
    await stop(child)
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await exit
}

const logOf = (folder: string, index: string) => join(folder, `${index}.log`)

function rsyslog({ url, index, folder }: Delivery, ids: boolean): Daemon {
  const { hostname, port } = new URL(url)
  const memory = join(folder, `${index}-rsyslog`)
  const file = join(folder, `${index}-rsyslog.conf`)
  const text = `
module(load="imfile")
module(load="omelasticsearch")
template(name="document" type="list" option.json="on") {
  constant(value="{\\"@timestamp\\":\\"2026-01-01T00:00:00Z\\",\\"message\\":\\"") property(name="msg")
  constant(value="\\",\\"host.name\\":\\"web-1\\"}")
}
template(name="id" type="list" option.json="on") { property(name="msg") }
input(type="imfile" File="${logOf(folder, index)}" Tag="test:")
action(type="omelasticsearch" server="${hostname}" serverport="${port}" template="document" searchIndex="${index}" bulkmode="on"
  ${ids ? 'writeoperation="create" searchType="" bulkid="id" dynbulkid="on"' : 'searchType="_doc"'}
  queue.type="linkedlist" queue.dequeuebatchsize="7" action.resumeretrycount="-1")
`
  const modules = join(DEBIAN, 'usr/lib/x86_64-linux-gnu/rsyslog')
  const command = [
    join(DEBIAN, 'usr/sbin/rsyslogd'),
    '-n',
    '-f',
    file,
    '-i',
    join(folder, `${index}.pid`),
    '-M',
    modules,
  ]
  return { command, memory, config: { file, text: `global(workDirectory="${memory}")\n${text}` } }
}

function syslogNg({ url, index, folder }: Delivery, ids: boolean): Daemon {
  const memory = join(folder, `${index}-syslog-ng`)
  const file = join(folder, `${index}-syslog-ng.conf`)
  const library = join(DEBIAN, 'usr/lib/syslog-ng')
  const text = `
@version: 3.38
@define scl-root "${join(DEBIAN, 'usr/share/syslog-ng/include/scl')}"
@module json-plugin
@module http
@module afsocket
@module affile
@module basicfuncs
@module cryptofuncs
@include "${join(DEBIAN, 'usr/share/syslog-ng/include/scl/elasticsearch/elastic-http.conf')}"
source lines { file("${logOf(folder, index)}" flags(no-parse) follow-freq(1)); };
destination search {
  elasticsearch-http(url("${url}/_bulk") index("${index}") type("") batch-lines(7) workers(2) batch-timeout(100)
    ${ids ? 'custom-id("$(sha1 $MSG)")' : ''}
    template("$(format-json message=$MSG host.name=web-1 @timestamp=2026-01-01T00:00:00Z)"));
};
log { source(lines); destination(search); };
`
  const paths = { persist: join(memory, 'persist'), control: join(memory, 'control'), pid: join(memory, 'pid') }
  const command = [
    join(DEBIAN, 'usr/sbin/syslog-ng'),
    '--foreground',
    '--no-caps',
    `--cfgfile=${file}`,
    `--persist-file=${paths.persist}`,
    `--control=${paths.control}`,
    `--pidfile=${paths.pid}`,
    `--module-path=${join(library, '3.38')}`,
  ]
  return { command, env: { LD_LIBRARY_PATH: library }, memory, config: { file, text } }
}
