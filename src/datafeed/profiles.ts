import { and, equals, exists, fieldsOf, not, or, type Query } from '../query/ast.ts'
import { matches } from '../query/match.ts'

/**
 * How the query of a job is read. `elastic-exact` takes it by the letter, as Elastic runs it. `recommended` mends what is known
 * to be wrong with it on real machines; what it takes away and what it adds is listed here and nowhere else.
 */
export const PROFILES = {
  'elastic-exact': (query: Query): Query => query,
  recommended,
} as const

export type ProfileName = keyof typeof PROFILES

/** An event of auditd, by whichever of its shippers. */
const FROM_AUDITD = or(equals('event.module', 'auditd'), {
  kind: 'prefix',
  field: 'event.dataset',
  prefix: 'auditd',
})

/**
 * Binaries of Elastic's own agents that talk to the network all day. The queries of the module know the older five.
 * `elastic-endpoin` is what the kernel keeps of the longest one: a thread name has 15 bytes.
 */
const AGENTS = equals(
  'process.name',
  ...[
    'agentbeat',
    'apm-server',
    'auditbeat',
    'elastic-agent',
    'elastic-endpoint',
    'elastic-endpoin',
    'filebeat',
    'fleet-server',
  ],
  ...['heartbeat', 'metricbeat', 'osquerybeat', 'osqueryd', 'packetbeat'],
)

const LOOPBACK = ['127.0.0.0/8', '::ffff:127.0.0.0/104', '::1']
const LINK_LOCAL = ['169.254.0.0/16', 'fe80::/10']
/** The metadata service of a cloud is link-local, and gives credentials to whoever asks from the machine (T1552.005): that is use of a network. */
const METADATA = '169.254.169.254'
const UNSPECIFIED = ['0.0.0.0', '::']

/**
 * Traffic that never leaves the machine or its wire. A source counts only where it is loopback: an unbound socket shows an
 * unspecified source and yet may talk to anyone.
 */
const LOCAL_PEER = or(
  equals('destination.ip', ...LOOPBACK, ...UNSPECIFIED),
  and(equals('destination.ip', ...LINK_LOCAL), not(equals('destination.ip', METADATA))),
  equals('source.ip', ...LOOPBACK),
)

/**
 * To auditd every `connect`, `bind` and `socket` is network activity: also `ps` asking nscd over a unix socket, and a netlink
 * query to the kernel. Those name no address. A `bind` names none either, but says its family: a port opened to the
 * internet stays in. A `socket` call says neither, and is no use of the network so far.
 */
const NO_NETWORK_SOCKET = and(
  FROM_AUDITD,
  not(exists('destination.ip')),
  not(exists('source.ip')),
  or(
    not(exists('auditd.data.socket.family')),
    equals('auditd.data.socket.family', 'unix', 'local', 'netlink', 'unspec'),
  ),
)

function recommended(query: Query): Query {
  const out = asksForAnyNetworkUse(query) ? [AGENTS, LOCAL_PEER, NO_NETWORK_SOCKET] : [AGENTS]
  return and(acceptAuditd(query), ...out.map(not))
}

/**
 * Events of auditd are from Linux, whether or not their shipper adds `host.os.*` (Auditbeat without `add_host_metadata` does
 * not): each demand on the operating system is also met by being one of them.
 */
function acceptAuditd(query: Query): Query {
  const fields = fieldsOf(query)
  if (query.kind !== 'not' && fields.length > 0 && fields.every((field) => field.startsWith('host.os.')))
    return or(query, FROM_AUDITD)
  if (query.kind === 'and' || query.kind === 'or') return { ...query, of: query.of.map(acceptAuditd) }
  return query
}

/** A job about network use as such. One that asks for an address (the metadata service) must see that address, local or not. */
function asksForAnyNetworkUse(query: Query): boolean {
  const demands = demandsOf(query)
  return (
    demands.some(isNetworkAlone) &&
    !demands.some((part) => part.kind !== 'not' && fieldsOf(part).includes('destination.ip'))
  )
}

/** Whether a demand holds for network events and for no other category: tried, so that its spelling does not matter. */
function isNetworkAlone(demand: Query): boolean {
  const holdsFor = (category: string) => matches(demand, { 'event.category': category })
  return fieldsOf(demand).join() === 'event.category' && holdsFor('network') && !holdsFor('process') && !holdsFor('')
}

/** What must hold for the query to hold, taken apart at each `and`. */
function demandsOf(query: Query): readonly Query[] {
  return query.kind === 'and' ? query.of.flatMap(demandsOf) : [query]
}
