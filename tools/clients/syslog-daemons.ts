import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client, Delivery } from './client.ts'
import { type Daemon, forget, rsyslog, run, syslogNg } from './daemon.ts'

/**
 * The two daemons that ship logs of most Linux machines, each reading a file. They forget how far they have read and start again, so
 * that everything is sent twice.
 */
export const SYSLOG_DAEMONS: readonly Client[] = [
  {
    name: 'rsyslog omelasticsearch, create with own ids',
    deliver: (delivery) => ship(delivery, withRsyslog(delivery, true)),
  },
  { name: 'rsyslog omelasticsearch, index', deliver: (delivery) => ship(delivery, withRsyslog(delivery, false)) },
  {
    name: 'syslog-ng elasticsearch-http, own ids',
    deliver: (delivery) => ship(delivery, withSyslogNg(delivery, true)),
  },
  { name: 'syslog-ng elasticsearch-http', deliver: (delivery) => ship(delivery, withSyslogNg(delivery, false)) },
]

async function ship({ messages, folder, index, taken }: Delivery, daemon: Daemon): Promise<void> {
  writeFileSync(logOf(folder, index), messages.map((message) => `${message}\n`).join(''))
  for (let round = 1; round <= 2; round++) {
    forget(daemon)
    await run(daemon, () => taken(round * messages.length))
  }
}

const logOf = (folder: string, index: string) => join(folder, `${index}.log`)

function withRsyslog({ url, index, folder }: Delivery, ids: boolean): Daemon {
  const { hostname, port } = new URL(url)
  return rsyslog(
    folder,
    index,
    `
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
`,
  )
}

function withSyslogNg({ url, index, folder }: Delivery, ids: boolean): Daemon {
  return syslogNg(
    folder,
    index,
    `
source lines { file("${logOf(folder, index)}" flags(no-parse) follow-freq(1)); };
destination search {
  elasticsearch-http(url("${url}/_bulk") index("${index}") type("") batch-lines(7) workers(2) batch-timeout(100)
    ${ids ? 'custom-id("$(sha1 $MSG)")' : ''}
    template("$(format-json message=$MSG host.name=web-1 @timestamp=2026-01-01T00:00:00Z)"));
};
log { source(lines); destination(search); };
`,
  )
}
