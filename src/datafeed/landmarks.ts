import { HOUR } from '../domain/time.ts'
import { and, equals, exists, not, or, type Query } from '../query/ast.ts'
import type { Datafeed } from './datafeed.ts'

/** The landmarks of one host (`domain/landmark.ts`), as a datafeed that belongs to no job. */
export interface LandmarkFeed extends Datafeed {
  /** Null stands for events that name none. */
  readonly host: string | null
}

/** All of a landmark that travels. Of packages and modules not which: one upgrade would be hundreds of rows. */
export const LANDMARK_FIELDS: readonly string[] = [
  'host.name',
  'event.action',
  'event.category',
  'process.name',
  'oddsock.program',
  'user.name',
  'user.id',
  'user.effective.name',
  'user.target.name',
  'auditd.data.unit',
  'source.ip',
]

/** Programs that bring software or change what starts by itself. Of a long name the kernel keeps 15 bytes. */
const INSTALLERS: readonly string[] = [
  ...['apt', 'apt-get', 'aptitude', 'apt.systemd.dai', 'dpkg', 'unattended-upgr', 'unattended-upgrade'],
  ...['dnf', 'dnf5', 'microdnf', 'yum', 'rpm', 'rpm-ostree', 'zypper', 'pacman', 'apk', 'emerge'],
  ...['snap', 'flatpak', 'nix-env', 'conda', 'pip', 'pip3', 'pipx', 'npm', 'yarn', 'pnpm', 'gem', 'cargo', 'composer'],
  ...['ansible-playboo', 'ansible-playbook', 'ansible-pull', 'chef-client', 'cinc-client', 'puppet', 'salt-call'],
  ...['helm', 'kubectl', 'terraform', 'systemctl', 'crontab'],
]

/**
 * What was tried in vain is left out: a server on the internet has failed logins without end. So is what only lists what is there,
 * and the login id that the kernel notes beside each session. Records of PAM beside a session (`USER_AUTH`, `CRED_ACQ`, …) are of type
 * `info`: they tell of the same login once more.
 */
export const LANDMARKS: Query = and(
  or(
    and(equals('event.category', 'authentication', 'session'), equals('event.type', 'start')),
    equals('event.action', 'ssh_login', 'user_login', 'started-service', 'booted-system'),
    equals('event.category', 'package', 'iam', 'configuration'),
    and(equals('event.category', 'driver'), equals('event.type', 'start')),
    and(equals('event.category', 'process'), equals('event.type', 'start'), equals('process.name', ...INSTALLERS)),
  ),
  not(equals('event.outcome', 'failure')),
  not(equals('event.action', 'changed-login-id-to')),
  not({ kind: 'prefix', field: 'event.action', prefix: 'existing_' }),
)

/** Jobs have ids that are not empty. */
const NO_JOB = ''

/** The landmarks of all hosts, for whoever goes through all events anyway. */
export const ALL_LANDMARKS: Datafeed = {
  job_id: NO_JOB,
  query: LANDMARKS,
  fields: LANDMARK_FIELDS,
  bucketSpan: HOUR,
  queryDelay: 0,
}

/** What is asked of a store, for any span of time. */
export function landmarksOn(host: string | null): LandmarkFeed {
  const here = host === null ? not(exists('host.name')) : equals('host.name', host)
  return { ...ALL_LANDMARKS, host, query: and(here, LANDMARKS) }
}

export function isLandmarkFeed(feed: Datafeed): feed is LandmarkFeed {
  return feed.job_id === NO_JOB
}
