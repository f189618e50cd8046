/** A machine of the fleet: who it is, and in which shape its log comes. */
export interface Host {
  readonly name: string
  readonly role: 'web' | 'app' | 'db' | 'build' | 'monitoring' | 'desk'
  readonly address: string
  /** `audit` raw lines, `audit-node` with `node=`, `audit-enriched` with names behind each line; the others are ECS documents. */
  readonly log: 'audit' | 'audit-node' | 'audit-enriched' | 'auditd-manager' | 'defend'
  readonly os: { readonly name: string; readonly platform: string; readonly version: string; readonly kernel: string }
}

const DEBIAN = {
  name: 'Debian GNU/Linux',
  platform: 'debian',
  version: '12 (bookworm)',
  kernel: '6.1.0-37-amd64',
}
const UBUNTU = {
  name: 'Ubuntu',
  platform: 'ubuntu',
  version: '24.04.2 LTS (Noble Numbat)',
  kernel: '6.8.0-60-generic',
}

/** Addresses inside are of 10.20.0.0/16; those outside are all of the ranges kept for documentation (RFC 5737). */
export const HOSTS: readonly Host[] = [
  { name: 'quay-web1', role: 'web', address: '10.20.1.11', log: 'audit', os: DEBIAN },
  { name: 'quay-web2', role: 'web', address: '10.20.1.12', log: 'auditd-manager', os: DEBIAN },
  { name: 'quay-app', role: 'app', address: '10.20.1.21', log: 'audit-node', os: DEBIAN },
  { name: 'quay-db', role: 'db', address: '10.20.1.31', log: 'audit-enriched', os: DEBIAN },
  { name: 'quay-ci', role: 'build', address: '10.20.1.41', log: 'auditd-manager', os: UBUNTU },
  { name: 'quay-mon', role: 'monitoring', address: '10.20.1.51', log: 'auditd-manager', os: UBUNTU },
  { name: 'desk-ines', role: 'desk', address: '10.20.8.14', log: 'defend', os: UBUNTU },
  { name: 'desk-omar', role: 'desk', address: '10.20.8.15', log: 'auditd-manager', os: UBUNTU },
]
