import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Line, NodeCommand } from './cluster.ts'
import { HERE, jarsOf, javaFor } from './jars.ts'

/**
 * Elasticsearch as Maven Central has it: the server and its transport. Elastic publishes no Painless, so a plugin of ours stands in for
 * it (`GroupScript.java`), which runs our one script and no other. Nothing of Elastic's is kept here.
 */

/** The transport is a plugin to the server and must not stand beside it. */
const TRANSPORT = /[/](netty-|transport-netty4|elasticsearch-ssl-config)[^/]*$/

/** Lays out a home for all nodes in `folder`, and answers how one is started. */
export function elasticsearchNodes({ version, java: oldest }: Line, folder: string): NodeCommand {
  const java = javaFor(oldest)
  const jars = jarsOf('elasticsearch.xml', version)
  const modulePath = jars.filter((jar) => !TRANSPORT.test(jar)).join(':')
  const home = join(folder, 'elasticsearch')
  const lib = join(home, 'lib')
  const transport = join(home, 'modules', 'transport-netty4')
  const script = join(home, 'plugins', 'group-script')
  for (const each of [lib, transport, script]) mkdirSync(each, { recursive: true })
  for (const jar of jars.filter((jar) => TRANSPORT.test(jar))) copyFileSync(jar, join(transport, basename(jar)))
  describePlugin(transport, 'org.elasticsearch.transport.netty4.Netty4Plugin', version)
  run('javac', java, ['-nowarn', '-proc:none', '-cp', modulePath, '-d', join(home, 'classes'), 'GroupScript.java'])
  run('jar', java, ['--create', '--file', join(script, 'group-script.jar'), '-C', join(home, 'classes'), '.'])
  describePlugin(script, 'GroupScript', version)
  return (node, settings, names) => {
    const own = [`path.home=${home}`, `path.data=${join(node, 'data')}`, `path.logs=${node}`]
    const modules = ['--module-path', modulePath, '--add-modules', 'ALL-MODULE-PATH']
    return {
      java,
      args: [...modules, `-Des.nativelibs.path=${lib}`, join(HERE, 'ElasticsearchNode.java')],
      settings: [...settings, ...own, `cluster.initial_master_nodes=${names}`],
    }
  }
}

function describePlugin(folder: string, classname: string, version: string): void {
  const descriptor = {
    name: basename(folder),
    description: 'For the tests',
    version,
    classname,
    'java.version': '17',
    'elasticsearch.version': version,
  }
  const lines = Object.entries(descriptor).map(([name, value]) => `${name}=${value}\n`)
  writeFileSync(join(folder, 'plugin-descriptor.properties'), lines.join(''))
}

/** A tool of the JDK that a Java belongs to. */
function run(tool: string, java: string, args: readonly string[]): void {
  const command = java.replace(/java$/, tool)
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: HERE, encoding: 'utf8' })
  if (status !== 0) throw new Error(`Cannot run ${command} (exit code ${status}):\n${stdout ?? ''}${stderr ?? ''}`)
}
