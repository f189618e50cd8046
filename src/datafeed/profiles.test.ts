import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { EcsEvent } from '../domain/event.ts'
import { matches } from '../query/match.ts'
import { compileDatafeed } from './datafeed.ts'
import type { ProfileName } from './profiles.ts'

const CONTENT = new URL('../../content/jobs/', import.meta.url)

function admits(jobId: string, profile: ProfileName): (event: EcsEvent) => boolean {
  const job = JSON.parse(readFileSync(new URL(`${jobId}.json`, CONTENT), 'utf8'))
  const { query } = compileDatafeed(job, job.datafeed_config, { profile })
  return (event) => matches(query, event)
}

/** A plain outbound connection; each case changes some fields, null takes a field away. */
const CONNECT: EcsEvent = {
  'event.category': ['network'],
  'event.type': ['connection', 'start'],
  'event.module': 'auditd',
  'host.os.type': 'linux',
  'process.name': 'curl',
  'user.name': 'www-data',
  'destination.ip': '203.0.113.9',
  'auditd.data.socket.family': 'ipv4',
}

interface Case {
  readonly change: EcsEvent
  readonly exact: boolean
  readonly recommended: boolean
  readonly why: string
}

const yes = (why: string, change: EcsEvent): Case => ({ change, exact: true, recommended: true, why })
const no = (why: string, change: EcsEvent): Case => ({ change, exact: false, recommended: false, why })
const added = (why: string, change: EcsEvent): Case => ({ change, exact: false, recommended: true, why })
const removed = (why: string, change: EcsEvent): Case => ({ change, exact: true, recommended: false, why })

const NO_OS = { 'host.os.type': null }
const NO_PEER = { 'destination.ip': null, 'auditd.data.socket.family': null }

const NETWORK_JOB: readonly Case[] = [
  yes('an outbound connection', {}),
  yes('one value of a list is enough', { 'event.category': ['host', 'network'] }),
  yes('a single value that is no list', { 'event.category': 'network', 'event.type': 'start' }),
  yes('nested keys', { 'event.type': null, event: { type: ['start'] } }),
  no('another category', { 'event.category': ['process'] }),
  no('case counts', { 'event.category': ['Network'] }),
  no('no category', { 'event.category': null }),
  no('an end', { 'event.type': ['connection', 'end'] }),
  no('no type', { 'event.type': [] }),
  no('another system', { 'host.os.type': 'windows', 'event.module': 'endpoint' }),
  yes('a family of Linux in place of the type', { ...NO_OS, 'host.os.family': 'suse' }),
  yes('another family of Linux', { ...NO_OS, 'host.os.family': 'ubuntu' }),
  no('a family that the query does not know', { ...NO_OS, 'host.os.family': 'arch', 'event.module': 'endpoint' }),
  no('no word on the system, not from auditd', { ...NO_OS, 'event.module': 'endpoint' }),
  added('no word on the system, from auditd', NO_OS),
  added('from auditd by its dataset', { ...NO_OS, 'event.module': null, 'event.dataset': 'auditd_manager.auditd' }),
  no('127.0.0.1', { 'destination.ip': '127.0.0.1' }),
  no('the resolver stub', { 'destination.ip': '127.0.0.53' }),
  no('::1', { 'destination.ip': '::1' }),
  no('::1 spelled out', { 'destination.ip': '0:0:0:0:0:0:0:1' }),
  no('::', { 'destination.ip': '::' }),
  no('one excluded address among several', { 'destination.ip': ['203.0.113.9', '127.0.0.1'] }),
  removed('the rest of 127/8', { 'destination.ip': '127.0.0.11' }),
  removed('a mapped loopback address', { 'destination.ip': '::ffff:127.0.0.1' }),
  removed('the unspecified address', { 'destination.ip': '0.0.0.0' }),
  removed('link-local', { 'destination.ip': '169.254.169.253' }),
  yes('the metadata service of a cloud', { 'destination.ip': '169.254.169.254' }),
  removed('link-local of IPv6', { 'destination.ip': 'fe80::1' }),
  yes('just outside of 127/8', { 'destination.ip': '128.0.0.1' }),
  yes('a private address', { 'destination.ip': '10.0.0.1' }),
  yes('a mapped address of elsewhere', { 'destination.ip': '::ffff:203.0.113.9' }),
  yes('an accepted connection has only a source', { 'destination.ip': null, 'source.ip': '198.51.100.7' }),
  removed('an accepted connection from the machine itself', { 'destination.ip': null, 'source.ip': '127.0.0.1' }),
  yes('a source that is not bound yet', { 'source.ip': '0.0.0.0' }),
  removed('a unix socket', {
    'destination.ip': null,
    'destination.path': '/run/nscd/socket',
    'auditd.data.socket.family': 'unix',
  }),
  removed('a netlink socket', { 'destination.ip': null, 'auditd.data.socket.family': 'netlink' }),
  removed('a socket call, which has no address yet', NO_PEER),
  yes('a port opened for the internet names only its family', {
    'destination.ip': null,
    'auditd.data.socket.family': 'ipv6',
  }),
  yes('no address, from another source', { ...NO_PEER, 'event.module': 'endpoint' }),
  no('jenkins', { 'user.name': 'jenkins' }),
  yes('jenkins with another name', { 'user.name': 'jenkins-worker' }),
  yes('no user', { 'user.name': null }),
  yes('no process', { 'process.name': null }),
  no('an agent of the query', { 'process.name': 'filebeat' }),
  no('its name on Windows', { 'process.name': 'winlogbeat.exe' }),
  yes('an agent in capitals is another program', { 'process.name': 'Filebeat' }),
  removed('an agent that the query does not know', { 'process.name': 'osqueryd' }),
  removed('another', { 'process.name': 'elastic-endpoint' }),
  removed('as the kernel cuts its name', { 'process.name': 'elastic-endpoin' }),
]

test('the network job admits exactly what each profile says', () => {
  const exact = admits('linux_anomalous_network_activity', 'elastic-exact')
  const recommended = admits('linux_anomalous_network_activity', 'recommended')
  for (const { change, why, ...expect } of NETWORK_JOB) {
    const event = { ...CONNECT, ...change }
    assert.deepEqual({ exact: exact(event), recommended: recommended(event) }, expect, why)
  }
})

/** Of each job: an event that it admits, and events that it does not. From the table of datafeeds, `detection-engine.md` §1.3. */
const OTHER_JOBS: readonly { job: string; base: EcsEvent; not: readonly EcsEvent[]; also?: readonly EcsEvent[] }[] = [
  {
    job: 'linux_anomalous_network_port_activity',
    base: { ...CONNECT, 'destination.port': 4444 },
    not: [{ 'destination.ip': '::1' }, { 'process.name': 'packetbeat' }],
  },
  ...['linux_anomalous_process_all_hosts', 'rare_process_by_host_linux', 'linux_anomalous_user_name'].map((job) => ({
    job,
    base: started('ls'),
    not: [{ 'event.category': 'network' }, { 'event.type': 'end' }, { 'process.name': 'metricbeat' }],
  })),
  {
    job: 'linux_anomalous_process_all_hosts',
    base: started('ls'),
    not: [{ 'user.name': 'jenkins-user' }, { 'user.name': 'jenkins-worker' }, { 'process.name': 'jenkins-agent' }],
    also: [{ 'user.name': 'jenkinsfan' }, { 'process.name': 'Jenkins' }],
  },
  ...['linux_rare_metadata_process', 'linux_rare_metadata_user'].map((job) => ({
    job,
    base: { 'host.os.type': 'linux', 'destination.ip': '169.254.169.254', 'process.name': 'curl' },
    not: [{ 'destination.ip': '169.254.169.253' }, { 'process.name': 'elastic-agent' }, { 'host.os.type': 'windows' }],
    also: [{ 'event.category': 'process' }],
  })),
  {
    job: 'linux_novel_network_activity',
    base: CONNECT,
    not: [{ 'event.type': 'end' }, { 'event.category': 'process' }, { ...NO_OS, 'event.module': 'endpoint' }],
    also: [{ 'user.name': 'jenkins' }, { 'destination.ip': null, 'source.ip': '198.51.100.7' }],
  },
  { job: 'linux_rare_sudo_user', base: started('sudo'), not: [{ 'process.name': 'su' }, { 'event.type': 'end' }] },
  ...commands('linux_rare_user_compiler', 'compile gcc make yasm', 'clang'),
  ...commands(
    'linux_system_information_discovery',
    'cat grep head hostname less ls lsmod more strings tail uptime uname',
    'ps',
  ),
  ...commands('linux_system_process_discovery', 'ps top', 'htop'),
  ...commands('linux_system_user_discovery', 'users w who whoami', 'id'),
  ...commands('linux_network_configuration_discovery', 'arp echo ethtool ifconfig ip iptables ufw', 'nft'),
  ...commands('linux_network_connection_discovery', 'netstat ss route showmount', 'lsof'),
]

function started(name: string): EcsEvent {
  return {
    'host.os.type': 'linux',
    'event.category': ['process'],
    'event.type': ['start'],
    'process.name': name,
    'user.name': 'ann',
  }
}

function commands(job: string, names: string, other: string) {
  return names
    .split(' ')
    .map((name) => ({ job, base: started(name), not: [{ 'process.name': other }, { 'event.type': 'info' }] }))
}

test('every other job admits what its datafeed asks for, under both profiles', () => {
  for (const profile of ['elastic-exact', 'recommended'] as const)
    for (const { job, base, not, also = [] } of OTHER_JOBS) {
      const test = admits(job, profile)
      for (const change of [{}, ...also])
        assert.equal(test({ ...base, ...change }), true, `${job} ${profile} ${JSON.stringify(change)}`)
      for (const change of not)
        assert.equal(test({ ...base, ...change }), false, `${job} ${profile} ${JSON.stringify(change)}`)
    }
})

test('every job that is shipped stands in these tables', () => {
  const tested = new Set(['linux_anomalous_network_activity', ...OTHER_JOBS.map(({ job }) => job)])
  assert.deepEqual(readdirSync(CONTENT).sort(), [...tested].map((job) => `${job}.json`).sort())
})

test('an event of auditd about a process is not taken for a socket without an address', () => {
  const executed = { ...started('ls'), 'event.module': 'auditd' }
  assert.equal(admits('rare_process_by_host_linux', 'recommended')(executed), true)
})
