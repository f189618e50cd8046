import { type Rng, seeded } from '../src/scenario/demo-fleet/rng.ts'

/** Who talks to whom in the files of the bench. All of it is made up, and the same on every run. */

export interface Program {
  readonly name: string
  readonly executable: string
  readonly title: string
  readonly user: string
  readonly uid: number
  readonly peers: readonly Peer[]
}

export interface Peer {
  readonly ip: string
  readonly port: number
}

export interface Host {
  readonly name: string
  readonly id: string
  /** The busiest first: each is chosen half as often as one that stands twice as far in front. */
  readonly programs: readonly Program[]
}

/** Name, path, command line, user and how many peers: daemons and jobs that an ordinary server runs. */
const KINDS: readonly (readonly [string, string, string, string, number, number])[] = [
  ['nginx', '/usr/sbin/nginx', 'nginx: worker process', 'www-data', 33, 6],
  ['python3', '/usr/bin/python3.11', '/usr/bin/python3 /srv/shop/worker.py', 'shop', 1500, 24],
  ['java', '/usr/lib/jvm/java-17/bin/java', 'java -Xmx2g -jar /srv/search/search.jar', 'search', 1501, 16],
  ['node', '/usr/bin/node', 'node /srv/portal/server.js', 'portal', 1502, 20],
  ['php-fpm8.2', '/usr/sbin/php-fpm8.2', 'php-fpm: pool www', 'www-data', 33, 4],
  ['prometheus', '/usr/bin/prometheus', '/usr/bin/prometheus --storage.tsdb.path=/var/lib/p', 'prometheus', 120, 30],
  ['node_exporter', '/usr/bin/node_exporter', '/usr/bin/node_exporter', 'prometheus', 120, 1],
  ['fluent-bit', '/opt/fluent-bit/bin/fluent-bit', 'fluent-bit -c /etc/fluent-bit.conf', 'root', 0, 2],
  ['chronyd', '/usr/sbin/chronyd', '/usr/sbin/chronyd -F 1', '_chrony', 105, 8],
  ['systemd-resolve', '/usr/lib/systemd/systemd-resolved', '/lib/systemd/systemd-resolved', 'resolve', 996, 2],
  ['redis-server', '/usr/bin/redis-server', 'redis-server 10.20.0.8:6379', 'redis', 112, 2],
  ['postgres', '/usr/lib/postgresql/15/bin/postgres', 'postgres: walreceiver', 'postgres', 110, 2],
  ['haproxy', '/usr/sbin/haproxy', 'haproxy -Ws -f /etc/haproxy.cfg', 'haproxy', 111, 40],
  ['sshd', '/usr/sbin/sshd', 'sshd: deploy [priv]', 'root', 0, 10],
  ['curl', '/usr/bin/curl', 'curl -fsS https://status.example/ping', 'nobody', 65534, 3],
  ['rsync', '/usr/bin/rsync', 'rsync -a /srv backup:/srv', 'root', 0, 2],
  ['consul', '/usr/bin/consul', 'consul agent -config-dir /etc/consul.d', 'consul', 113, 30],
  ['postfix/smtp', '/usr/lib/postfix/sbin/smtp', 'smtp -t unix -u', 'postfix', 107, 60],
  ['rsyslogd', '/usr/sbin/rsyslogd', '/usr/sbin/rsyslogd -n', 'root', 0, 1],
  ['http', '/usr/lib/apt/methods/http', '/usr/lib/apt/methods/http', '_apt', 42, 4],
  ['git', '/usr/bin/git', 'git fetch --all', 'deploy', 1000, 2],
  ['snmpd', '/usr/sbin/snmpd', '/usr/sbin/snmpd -f', 'Debian-snmp', 114, 2],
  ['vector', '/usr/bin/vector', '/usr/bin/vector', 'vector', 115, 3],
  ['ntpdate', '/usr/sbin/ntpdate', 'ntpdate pool.example', 'root', 0, 4],
]

/** Names that turn up once in a while and nowhere else, so that a scan has something to find. */
const ODD = ['nc', 'ncat', 'socat', 'xmrig', 'kworkerd', 'tor', 'chisel', 'frpc', 'masscan', 'rclone']

/** Hosts that run the common daemons and a choice of the others. */
export function hosts(count: number, programsPerHost: number): Host[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `srv-${String(index + 1).padStart(2, '0')}`
    const rng = seeded(1, name)
    const kinds = KINDS.map((kind) => ({ kind, at: rng.next() }))
      .sort((a, b) => a.at - b.at)
      .slice(0, programsPerHost)
    return { name, id: hex(rng, 32), programs: kinds.map(({ kind }) => program(kind, rng)) }
  })
}

/** What the host does next: nearly always one of its own programs, once in 40,000 times an odd one. */
export function chooseProgram(host: Host, rng: Rng): Program {
  if (rng.next() < 1 / 40_000) return oddProgram(rng)
  return host.programs[skewed(host.programs.length, rng)]!
}

export function choosePeer({ peers }: Program, rng: Rng): Peer {
  return peers[skewed(peers.length, rng)]!
}

/** An index below `count`, the lower the likelier: with chances about as 1, ½, ⅓ and so on. */
export function skewed(count: number, rng: Rng): number {
  return Math.floor((count + 1) ** rng.next()) - 1
}

function program([name, executable, title, user, uid, peers]: (typeof KINDS)[number], rng: Rng): Program {
  return { name, executable, title, user, uid, peers: Array.from({ length: peers }, () => peer(rng)) }
}

function oddProgram(rng: Rng): Program {
  const name = rng.pick(ODD)
  const executable = `/tmp/${name}`
  return { name, executable, title: `${executable} -c`, user: 'deploy', uid: 1000, peers: [peer(rng)] }
}

/** Half the peers are neighbours, the others lie in the networks that are kept for examples (RFC 2544, RFC 5737). */
function peer(rng: Rng): Peer {
  const port = rng.pick([443, 443, 443, 80, 53, 5432, 6379, 8080, 9100, 9200])
  return { ip: rng.next() < 0.5 ? `10.20.${rng.whole(0, 7)}.${rng.whole(1, 254)}` : outside(rng), port }
}

function outside(rng: Rng): string {
  return rng.next() < 0.7
    ? `198.${rng.whole(18, 19)}.${rng.whole(0, 255)}.${rng.whole(1, 254)}`
    : `203.0.113.${rng.whole(1, 254)}`
}

export function hex(rng: Rng, length: number): string {
  return Array.from({ length }, () => rng.whole(0, 15).toString(16)).join('')
}
