import type { Program } from './deed.ts'
import { HOSTS, type Host } from './hosts.ts'
import type { Rhythm } from './rhythm.ts'

/** What a program does again and again on a host. */
export interface Habit {
  readonly program: Program
  readonly user: string
  readonly kind: 'connect' | 'accept'
  /** Far port of a connect, near port of an accept. */
  readonly port: number
  readonly peers: readonly string[]
  readonly when: Rhythm
  /** Connections on each occasion, both ends included; `every` peer once if not given as numbers. */
  readonly times?: readonly [number, number] | 'every'
  /** Started for the occasion (a cron job, a command) rather than running always. */
  readonly started?: boolean
}

const SERVERS = HOSTS.filter((host) => host.role !== 'desk').map((host) => host.address)
const DESKS = HOSTS.filter((host) => host.role === 'desk').map((host) => host.address)
const addresses = (net: string, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `${net}.${from + i}`)

const CUSTOMERS = addresses('192.0.2', 20, 90)
const SITES = [...addresses('198.51.100', 40, 75), ...addresses('203.0.113', 8, 30)]
const GATE = '10.20.0.5'
const PROXIES = [GATE, '10.20.0.6']

const DAEMON = (name: string, executable: string, ...args: string[]): Program => ({
  name,
  executable,
  args: [executable, ...args],
})
const JAVA: Program = {
  name: 'java',
  executable: '/usr/lib/jvm/java-17-openjdk-amd64/bin/java',
  args: ['java', '-Xmx2g', '-jar', '/srv/orders/orders.jar'],
  cwd: '/srv/orders',
}

/** Debian's timers of apt and certbot come twice a day, each put off by up to twelve hours. */
const TIMER_DELAY = 720

/** What every server does, whatever it is for. */
const SERVER: readonly Habit[] = [
  {
    program: DAEMON('chronyd', '/usr/sbin/chronyd', '-F', '1'),
    user: '_chrony',
    kind: 'connect',
    port: 123,
    peers: ['10.20.0.2'],
    when: { everyMinutes: 17 },
  },
  {
    program: DAEMON('fluent-bit', '/opt/fluent-bit/bin/fluent-bit', '-c', '/etc/fluent-bit/fluent-bit.conf'),
    user: 'fluent',
    kind: 'connect',
    port: 24224,
    peers: ['10.20.0.8'],
    when: { everyMinutes: 8 },
  },
  {
    program: DAEMON('node_exporter', '/usr/bin/node_exporter'),
    user: 'prometheus',
    kind: 'accept',
    port: 9100,
    peers: ['10.20.1.51'],
    when: { everyMinutes: 10 },
  },
  {
    program: DAEMON('sshd', '/usr/sbin/sshd', '-D'),
    user: 'root',
    kind: 'accept',
    port: 22,
    peers: DESKS,
    when: { perDay: 6, of: 'people' },
  },
  {
    program: DAEMON('http', '/usr/lib/apt/methods/http'),
    user: '_apt',
    kind: 'connect',
    port: 80,
    peers: ['192.0.2.200', '192.0.2.201'],
    when: { at: ['06:00', '18:00'], delayMinutes: TIMER_DELAY },
    times: [3, 9],
    started: true,
  },
  {
    program: {
      name: 'python3',
      executable: '/usr/bin/python3.11',
      args: ['/usr/bin/python3', '/usr/local/bin/health-ping'],
    },
    user: 'root',
    kind: 'connect',
    port: 443,
    peers: ['198.51.100.12'],
    when: { everyMinutes: 30 },
    started: true,
  },
]

const ROLES: Readonly<Record<Host['role'], readonly Habit[]>> = {
  web: [
    {
      program: DAEMON('nginx', '/usr/sbin/nginx'),
      user: 'www-data',
      kind: 'accept',
      port: 443,
      peers: CUSTOMERS,
      when: { perDay: 420, of: 'customers' },
    },
    {
      program: DAEMON('nginx', '/usr/sbin/nginx'),
      user: 'www-data',
      kind: 'connect',
      port: 8080,
      peers: ['10.20.1.21'],
      when: { perDay: 260, of: 'customers' },
    },
    {
      program: DAEMON('php-fpm8.2', '/usr/sbin/php-fpm8.2'),
      user: 'www-data',
      kind: 'connect',
      port: 5432,
      peers: ['10.20.1.31'],
      when: { perDay: 220, of: 'customers' },
    },
    {
      program: { name: 'curl', executable: '/usr/bin/curl', args: ['curl', '-fsS', 'https://rates.example/eur.json'] },
      user: 'www-data',
      kind: 'connect',
      port: 443,
      peers: ['198.51.100.10', '198.51.100.11'],
      when: { everyMinutes: 60 },
      started: true,
    },
    {
      program: {
        name: 'certbot',
        executable: '/usr/bin/python3.11',
        args: ['/usr/bin/python3', '/usr/bin/certbot', '-q', 'renew'],
      },
      user: 'root',
      kind: 'connect',
      port: 443,
      peers: ['203.0.113.5'],
      when: { at: ['00:00', '12:00'], delayMinutes: TIMER_DELAY },
      started: true,
    },
  ],
  app: [
    {
      program: JAVA,
      user: 'orders',
      kind: 'accept',
      port: 8080,
      peers: ['10.20.1.11', '10.20.1.12'],
      when: { perDay: 420, of: 'customers' },
    },
    {
      program: JAVA,
      user: 'orders',
      kind: 'connect',
      port: 5432,
      peers: ['10.20.1.31'],
      when: { perDay: 300, of: 'customers' },
    },
    {
      program: JAVA,
      user: 'orders',
      kind: 'connect',
      port: 443,
      peers: ['203.0.113.40', '203.0.113.41'],
      when: { perDay: 90, of: 'customers' },
    },
    {
      program: DAEMON('redis-server', '/usr/bin/redis-server'),
      user: 'orders',
      kind: 'accept',
      port: 6379,
      peers: ['10.20.1.21'],
      when: { everyMinutes: 5 },
    },
  ],
  db: [
    {
      program: DAEMON('postgres', '/usr/lib/postgresql/15/bin/postgres'),
      user: 'postgres',
      kind: 'accept',
      port: 5432,
      peers: ['10.20.1.21', '10.20.1.11', '10.20.1.12'],
      when: { perDay: 520, of: 'customers' },
    },
    {
      program: DAEMON('postgres', '/usr/lib/postgresql/15/bin/postgres'),
      user: 'postgres',
      kind: 'connect',
      port: 5432,
      peers: ['10.20.1.32'],
      when: { everyMinutes: 5 },
    },
    {
      program: { name: 'ssh', executable: '/usr/bin/ssh', args: ['ssh', 'vault@10.20.0.12', 'pgbackrest'] },
      user: 'postgres',
      kind: 'connect',
      port: 22,
      peers: ['10.20.0.12'],
      when: { at: ['01:30', '09:30', '17:30'], delayMinutes: 4 },
      started: true,
    },
  ],
  build: [
    {
      program: {
        name: 'git',
        executable: '/usr/lib/git-core/git-remote-http',
        args: ['git-remote-https', 'origin', 'https://code.example/quay.git'],
      },
      user: 'ci',
      kind: 'connect',
      port: 443,
      peers: ['198.51.100.30'],
      when: { perDay: 70, of: 'people' },
      started: true,
    },
    {
      program: {
        name: 'node',
        executable: '/usr/bin/node',
        args: ['node', '/usr/bin/npm', 'ci'],
        cwd: '/var/lib/ci/quay',
      },
      user: 'ci',
      kind: 'connect',
      port: 443,
      peers: ['198.51.100.31', '198.51.100.32'],
      when: { perDay: 45, of: 'people' },
      times: [3, 11],
      started: true,
    },
    {
      program: DAEMON('ci-runner', '/usr/local/bin/ci-runner', 'run'),
      user: 'ci',
      kind: 'connect',
      port: 443,
      peers: ['198.51.100.30'],
      when: { everyMinutes: 3 },
    },
  ],
  monitoring: [
    {
      program: DAEMON('prometheus', '/usr/bin/prometheus', '--config.file=/etc/prometheus/prometheus.yml'),
      user: 'prometheus',
      kind: 'connect',
      port: 9100,
      peers: SERVERS,
      when: { everyMinutes: 10 },
      times: 'every',
    },
    {
      program: DAEMON('grafana', '/usr/share/grafana/bin/grafana', 'server'),
      user: 'grafana',
      kind: 'accept',
      port: 3000,
      peers: DESKS,
      when: { perDay: 130, of: 'people' },
    },
    {
      program: DAEMON('blackbox', '/usr/bin/blackbox_exporter'),
      user: 'prometheus',
      kind: 'connect',
      port: 443,
      peers: [...PROXIES, '198.51.100.10'],
      when: { everyMinutes: 6 },
    },
  ],
  desk: [],
}

/** Habits of a person at a desk, running under the name of that person. */
function deskHabits(user: string): Habit[] {
  const home = `/home/${user}`
  return [
    {
      program: DAEMON('firefox', '/usr/lib/firefox/firefox'),
      user,
      kind: 'connect',
      port: 443,
      peers: SITES,
      when: { perDay: 90, of: 'people' },
      times: [1, 8],
    },
    {
      program: DAEMON('thunderbird', '/usr/lib/thunderbird/thunderbird'),
      user,
      kind: 'connect',
      port: 993,
      peers: ['198.51.100.20'],
      when: { perDay: 70, of: 'people' },
    },
    {
      program: { name: 'ssh', executable: '/usr/bin/ssh', args: ['ssh', 'quay-app'], cwd: home },
      user,
      kind: 'connect',
      port: 22,
      peers: SERVERS,
      when: { perDay: 12, of: 'people' },
      started: true,
    },
    {
      program: {
        name: 'git',
        executable: '/usr/lib/git-core/git-remote-http',
        args: ['git-remote-https', 'origin', 'https://code.example/quay.git'],
        cwd: `${home}/quay`,
      },
      user,
      kind: 'connect',
      port: 443,
      peers: ['198.51.100.30'],
      when: { perDay: 15, of: 'people' },
      started: true,
    },
    {
      program: DAEMON('chronyd', '/usr/sbin/chronyd', '-F', '1'),
      user: '_chrony',
      kind: 'connect',
      port: 123,
      peers: ['10.20.0.2'],
      when: { everyMinutes: 17 },
    },
    {
      program: DAEMON('gvfsd-dav', '/usr/libexec/gvfsd-dav'),
      user,
      kind: 'connect',
      port: 443,
      peers: ['10.20.0.14'],
      when: { everyMinutes: 15 },
    },
  ]
}

/** All habits of a host. */
export function habitsOf(host: Host): readonly Habit[] {
  if (host.role === 'desk') return deskHabits(host.name.slice('desk-'.length))
  return [...SERVER, ...ROLES[host.role]]
}
