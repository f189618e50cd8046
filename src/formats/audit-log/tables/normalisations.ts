/**
 * What an event means: which action, on what kind of object, done by whom. The values are those that Elastic's Auditbeat and
 * Auditd Manager write (facts of go-libaudit, `aucoalesce`), so that rules and jobs made for them work here; rows marked
 * "ours" fill gaps. `docs/reference/audit-log.md` says where we differ on purpose.
 */
export interface Normalisation {
  readonly action?: string
  readonly category: readonly string[]
  readonly type: readonly string[]
  /** Kind of the object; of a file it is refined by the mode of its PATH. */
  readonly what?: string
  /** Which PATH is the object, if there are so many. */
  readonly path?: number
  /** Keys to look for, in this order; the default is `auid` for who (primary) and `uid` for as whom (secondary). */
  readonly actor?: { readonly primary?: readonly string[]; readonly secondary?: readonly string[] }
  readonly object?: { readonly primary?: readonly string[]; readonly secondary?: readonly string[] }
  readonly how?: readonly string[]
  readonly users?: readonly UserMapping[]
}

/** Which account of the summary becomes which ECS field, in place of the identity of the process. */
export interface UserMapping {
  readonly from: 'actor.primary' | 'actor.secondary' | 'object.primary' | 'uid'
  readonly to: 'user' | 'user.effective' | 'user.target' | 'group'
}

type Row = Omit<Normalisation, 'action' | 'category' | 'type'>

const words = (text: string): readonly string[] => (text === '' ? [] : text.trim().split(/\s+/))

function table(
  rows: readonly (readonly [names: string, action: string, category: string, type: string, more?: Row])[],
) {
  const byName = new Map<string, Normalisation>()
  for (const [names, action, category, type, more] of rows) {
    const meaning = { ...(action && { action }), category: words(category), type: words(type), ...more }
    for (const name of words(names)) byName.set(name, meaning)
  }
  return byName as ReadonlyMap<string, Normalisation>
}

const FILE: Row = { what: 'file' }
const SOCKET: Row = { what: 'socket' }
const PROCESS: Row = { what: 'process', how: ['syscall'] }
const SYSTEM: Row = { what: 'system' }

/** A system call that has no row of its own. */
export const ANY_SYSCALL: Normalisation = { category: ['process'], type: ['info'] }

/** By the name of the system call. */
export const SYSCALLS = table([
  ['creat', 'opened-file', 'file', 'creation', FILE],
  ['fallocate truncate ftruncate', 'opened-file', 'file', 'change', FILE],
  ['truncate64 ftruncate64', 'opened-file', 'file', 'change', FILE], // ours
  ['open openat readlink readlinkat', 'opened-file', 'file', 'info', FILE],
  ['openat2 open_by_handle_at', 'opened-file', 'file', 'info', FILE], // ours
  ['read', 'read-file', 'file', 'info', FILE],
  ['write', 'wrote-to-file', 'file', 'change', FILE],
  [
    'setxattr fsetxattr lsetxattr removexattr fremovexattr lremovexattr',
    'changed-file-attributes-of',
    'file',
    'change',
    FILE,
  ],
  ['setxattrat removexattrat file_setattr', 'changed-file-attributes-of', 'file', 'change', FILE], // ours
  ['chmod fchmod fchmodat', 'changed-file-permissions-of', 'file', 'change', FILE],
  ['fchmodat2', 'changed-file-permissions-of', 'file', 'change', FILE], // ours
  ['chown fchown fchownat lchown', 'changed-file-ownership-of', 'file', 'change', FILE],
  ['chown32 fchown32 lchown32', 'changed-file-ownership-of', 'file', 'change', FILE], // ours
  ['init_module finit_module', 'loaded-kernel-module', 'driver', 'start', { ...FILE, object: { primary: ['name'] } }],
  ['delete_module', 'unloaded-kernel-module', 'driver', 'end', FILE],
  ['mkdir mkdirat', 'created-directory', 'file', 'creation', { ...FILE, path: 1 }],
  ['mount', 'mounted', 'file', 'creation', { what: 'filesystem', path: 1 }],
  ['fspick fsmount move_mount', 'mounted', 'file', 'creation', { what: 'filesystem', path: 1 }], // ours
  ['rename renameat renameat2', 'renamed', 'file', 'change', { ...FILE, path: 2 }],
  [
    'access faccessat stat stat64 fstat lstat fstatat newfstatat getxattr lgetxattr fgetxattr',
    'checked-metadata-of',
    'file',
    'info',
    FILE,
  ],
  ['faccessat2 statx fstat64 lstat64 fstatat64', 'checked-metadata-of', 'file', 'info', FILE], // ours
  ['statfs fstatfs', 'checked-filesystem-metadata-of', 'file', 'info', { what: 'filesystem' }],
  ['link linkat', 'linked', 'file', 'creation', FILE],
  ['symlink symlinkat', 'symlinked', 'file', 'creation', FILE],
  ['umount umount2', 'unmounted', 'file', 'deletion', { what: 'filesystem' }],
  ['rmdir unlink unlinkat', 'deleted', 'file', 'deletion', FILE],
  ['utime utimes futimesat futimens utimensat', 'changed-timestamp-of', 'file', 'info', FILE],
  ['mknod mknodat', 'make-device', 'file', 'creation', FILE],
  ['execve execveat', 'executed', 'process', 'start', FILE],
  ['listen', 'listen-for-connections', 'network', 'start', SOCKET],
  ['accept accept4', 'accepted-connection-from', 'network', 'connection start', SOCKET],
  ['bind', 'bound-socket', 'network', 'start', SOCKET],
  ['connect', 'connected-to', 'network', 'connection start', SOCKET],
  ['recv recvfrom recvmsg recvmmsg', 'received-from', 'network', 'connection info', SOCKET],
  ['send sendto sendmsg sendmmsg', 'sent-to', 'network', 'connection info', SOCKET],
  ['kill tkill tgkill', 'killed-pid', 'process', 'end', { what: 'process' }],
  [
    'setuid seteuid setfsuid setreuid setresuid setgid setegid setfsgid setregid setresgid',
    'changed-identity-of',
    'process',
    'change',
    PROCESS,
  ],
  ['sched_setparam sched_setscheduler sched_setattr', 'adjusted-scheduling-policy-of', 'process', 'change', PROCESS],
  ['mmap mmap2 brk', 'allocated-memory', 'process', 'info', { what: 'memory' }],
  ['settimeofday clock_settime stime adjtimex', 'changed-system-time', 'host', 'change', SYSTEM],
  ['clock_adjtime', 'changed-system-time', 'host', 'change', SYSTEM], // ours
  ['sethostname setdomainname', 'changed-system-name', 'host', 'change', SYSTEM],
])

/** A program in user space speaks of an account on a terminal. */
const SESSION = {
  what: 'user-session',
  actor: { secondary: ['acct', 'id', 'uid'] },
  object: { primary: ['terminal'], secondary: ['addr', 'hostname'] },
  how: ['exe', 'terminal'],
} satisfies Row

const AS_ACTOR: readonly UserMapping[] = [
  { from: 'actor.primary', to: 'user' },
  { from: 'actor.secondary', to: 'user.effective' },
]
const ON_OTHER_USER: readonly UserMapping[] = [
  { from: 'actor.primary', to: 'user' },
  { from: 'uid', to: 'user.effective' },
  { from: 'actor.secondary', to: 'user.target' },
]
const AUTH: Row = { ...SESSION, users: AS_ACTOR }
const ACCOUNT = { what: 'account', object: { primary: ['id', 'acct'] } } satisfies Row
const USER_ACCOUNT: Row = { ...ACCOUNT, users: [...AS_ACTOR, { from: 'object.primary', to: 'user.target' }] }
/** Ours: whose account it is. */
const LOCKED_ACCOUNT: Row = { ...ACCOUNT, users: [{ from: 'object.primary', to: 'user.target' }] }
const GROUP_ACCOUNT: Row = { ...ACCOUNT, users: [...AS_ACTOR, { from: 'object.primary', to: 'group' }] }
const SERVICE: Row = { what: 'service' }
const VIRTUAL: Row = { what: 'virtual-machine' }
const POLICY: Row = { what: 'mac-config' }

/** Elastic says `stop` when a service ends; ECS knows `end` only. We say both. */
const STOPPED = 'end stop'

/** By the name of the record type. */
export const RECORDS = table([
  // accounts
  ['ACCT_LOCK', 'locked-account', 'iam', 'user info', LOCKED_ACCOUNT],
  ['ACCT_UNLOCK', 'unlocked-account', 'iam', 'user info', LOCKED_ACCOUNT],
  ['ADD_GROUP', 'added-group-account-to', 'iam', 'group creation', GROUP_ACCOUNT],
  ['ADD_USER', 'added-user-account', 'iam', 'user creation', USER_ACCOUNT],
  ['DEL_GROUP', 'deleted-group-account-from', 'iam', 'group deletion', GROUP_ACCOUNT],
  ['DEL_USER', 'deleted-user-account', 'iam', 'user deletion', USER_ACCOUNT],
  ['GRP_MGMT', 'modified-group-account', 'iam', 'group change', GROUP_ACCOUNT],
  ['ROLE_ASSIGN', 'assigned-user-role-to', 'iam', 'user change', ACCOUNT],
  ['ROLE_MODIFY', 'modified-role', 'iam', 'change'],
  ['ROLE_REMOVE', 'removed-user-role-from', 'iam', 'user change', ACCOUNT],
  ['USER_MGMT', 'modified-user-account', 'iam', 'user change', { ...SESSION, users: ON_OTHER_USER }],
  ['USER_CHAUTHTOK', 'changed-password', 'iam', 'user change', { ...SESSION, users: ON_OTHER_USER }],
  [
    'GRP_CHAUTHTOK',
    'changed-group-password',
    'iam',
    'group change',
    {
      ...SESSION,
      object: { primary: ['acct'] },
      users: [
        { from: 'actor.primary', to: 'user' },
        { from: 'uid', to: 'user.effective' },
        { from: 'actor.secondary', to: 'group' },
      ],
    },
  ],
  // logins
  ['CRED_ACQ', 'acquired-credentials', 'authentication', 'info', AUTH],
  ['CRED_DISP', 'disposed-credentials', 'authentication', 'info', AUTH],
  ['CRED_REFR', 'refreshed-credentials', 'authentication', 'info', AUTH],
  ['GRP_AUTH', 'authenticated-to-group', 'authentication', 'info', { users: AS_ACTOR }],
  [
    'LOGIN',
    'changed-login-id-to',
    'authentication',
    'start',
    {
      what: 'user-session',
      actor: { primary: ['old_auid', 'old-auid'] },
      object: { primary: ['new-auid', 'new_auid', 'auid'] },
      users: [
        { from: 'actor.primary', to: 'user' },
        { from: 'object.primary', to: 'user.effective' },
      ],
    },
  ],
  ['USER_ACCT', 'was-authorized', 'authentication', 'info', AUTH],
  ['USER_AUTH', 'authenticated', 'authentication', 'info', AUTH],
  ['USER_END', 'ended-session', 'session', 'end', AUTH],
  ['USER_ERR', 'error', 'authentication', 'info', AUTH],
  ['USER_LOGIN', 'logged-in', 'authentication', 'start', AUTH],
  ['USER_LOGOUT', 'logged-out', 'authentication', 'end', AUTH],
  ['USER_ROLE_CHANGE', 'changed-role-to', '', '', { ...SESSION, object: { primary: ['selected-context'] } }],
  ['USER_START', 'started-session', 'session', 'start', AUTH],
  // virtual machines
  ['VIRT_CONTROL', 'issued-vm-control', 'host', 'info', { ...VIRTUAL, object: { primary: ['op'], secondary: ['vm'] } }],
  ['VIRT_CREATE', 'created-vm-image', 'host', 'info'],
  ['VIRT_DESTROY', 'deleted-vm-image', 'host', 'info'],
  ['VIRT_INTEGRITY_CHECK', 'checked-integrity-of', 'host', 'info'],
  ['VIRT_MACHINE_ID', 'assigned-vm-id', 'host', 'info', { ...VIRTUAL, object: { primary: ['vm'] } }],
  ['VIRT_MIGRATE_IN', 'migrated-vm-from', 'host', 'info'],
  ['VIRT_MIGRATE_OUT', 'migrated-vm-to', 'host', 'info'],
  [
    'VIRT_RESOURCE',
    'assigned-vm-resource',
    'host',
    'info',
    { ...VIRTUAL, object: { primary: ['resrc'], secondary: ['vm'] } },
  ],
  // programs
  ['CHGRP_ID', 'changed-group', 'process', 'change'],
  ['CHUSER_ID', 'changed-user-id', 'process', 'change'],
  ['TEST', 'sent-test', 'process', 'info'],
  ['TRUSTED_APP', 'unknown', 'process', 'info'],
  ['USER_CMD', 'ran-command', 'process', 'start', { what: 'process', object: { primary: ['cmd'] } }],
  ['SOFTWARE_UPDATE', 'package-updated', 'package', 'info'],
  // the host and its services
  ['SYSTEM_BOOT', 'booted-system', 'host', 'start', SYSTEM],
  ['SYSTEM_RUNLEVEL', 'changed-to-runlevel', 'host', 'change', { ...SYSTEM, object: { primary: ['new-level'] } }],
  ['SYSTEM_SHUTDOWN', 'shutdown-system', 'host', 'end', SYSTEM],
  ['SERVICE_START', 'started-service', 'process', 'start', { ...SERVICE, object: { primary: ['unit'] } }],
  ['SERVICE_STOP', 'stopped-service', 'process', STOPPED, { ...SERVICE, object: { primary: ['unit'] } }],
  // auditd itself
  [
    'CONFIG_CHANGE',
    'changed-audit-configuration',
    'process configuration',
    'change',
    {
      what: 'audit-config',
      object: { primary: ['op', 'key', 'audit_enabled', 'audit_pid', 'audit_backlog_limit', 'audit_failure'] },
    },
  ],
  ['DAEMON_ABORT', 'aborted-auditd-startup', 'process', STOPPED, SERVICE],
  ['DAEMON_ACCEPT', 'remote-audit-connected', 'network', 'connection start', SERVICE],
  ['DAEMON_CLOSE', 'remote-audit-disconnected', 'network', 'connection start', SERVICE],
  ['DAEMON_CONFIG', 'changed-auditd-configuration', 'process configuration', 'change', SERVICE],
  ['DAEMON_END', 'shutdown-audit', 'process', STOPPED, SERVICE],
  ['DAEMON_ERR', 'audit-error', 'process', 'info', SERVICE],
  ['DAEMON_RECONFIG', 'reconfigured-auditd', 'process configuration', 'info', SERVICE],
  ['DAEMON_RESUME', 'resumed-audit-logging', 'process', 'change', SERVICE],
  ['DAEMON_ROTATE', 'rotated-audit-logs', 'process', 'change', SERVICE],
  ['DAEMON_START', 'started-audit', 'process', 'start', SERVICE],
  ['KERNEL', 'initialized-audit-subsystem', 'process', 'info'],
  ['USER', 'sent-message', '', '', { object: { primary: ['addr'] } }],
  // settings of the system
  ['USYS_CONFIG', 'changed-configuration', 'configuration', 'change', { ...SYSTEM, object: { primary: ['op'] } }],
  [
    'NETFILTER_CFG',
    'loaded-firewall-rule-to',
    'configuration',
    'change',
    { what: 'firewall', object: { primary: ['table'] } },
  ],
  [
    'FEATURE_CHANGE',
    'changed-audit-feature',
    'configuration',
    'change',
    { ...SYSTEM, object: { primary: ['feature'] } },
  ],
  ['TIME_INJOFFSET TIME_ADJNTPVAL', 'changed-system-time', 'host', 'change', SYSTEM],
  ['KERN_MODULE', 'loaded-kernel-module', 'driver', 'start', { ...FILE, object: { primary: ['name'] } }],
  ['TTY USER_TTY', 'typed', '', '', { what: 'keystrokes', object: { primary: ['data'] }, how: ['comm', 'exe'] }],
  // policies
  ['FS_RELABEL', 'relabeled-filesystem', '', '', POLICY],
  ['LABEL_LEVEL_CHANGE', 'modified-level-of', '', '', { what: 'printer', object: { primary: ['printer'] } }],
  ['LABEL_OVERRIDE', 'overrode-label-of', '', '', POLICY],
  ['MAC_CHECK', 'mac-permission', '', ''],
  [
    'MAC_CONFIG_CHANGE',
    'changed-selinux-boolean',
    'configuration',
    'change',
    { ...POLICY, object: { primary: ['bool'] } },
  ],
  ['MAC_POLICY_LOAD', 'loaded-selinux-policy', 'configuration', 'access', POLICY],
  [
    'MAC_STATUS',
    'changed-selinux-enforcement',
    'configuration',
    'change',
    { ...POLICY, object: { primary: ['enforcing'] } },
  ],
  ['USER_AVC', 'access-permission', '', ''],
  ['USER_MAC_CONFIG_CHANGE', 'changed-mac-configuration', 'configuration', 'change', POLICY],
  ['USER_MAC_POLICY_LOAD', 'loaded-mac-policy', 'configuration', 'access', POLICY],
  ['USER_SELINUX_ERR', 'access-error', '', ''],
  ['SECCOMP', 'violated-seccomp-policy', '', '', { what: 'process', object: { primary: ['syscall'] } }],
  ['SELINUX_ERR', 'caused-mac-policy-error', '', '', SYSTEM],
  ['DAC_CHECK', 'access-result', '', ''],
  // cryptography
  [
    'CRYPTO_KEY_USER',
    'negotiated-crypto-key',
    'process',
    'info',
    { ...SESSION, object: { primary: ['fp'], secondary: ['addr', 'hostname'] } },
  ],
  ['CRYPTO_LOGIN', 'crypto-officer-logged-in', '', ''],
  ['CRYPTO_LOGOUT', 'crypto-officer-logged-out', 'process', 'info'],
  [
    'CRYPTO_SESSION',
    'started-crypto-session',
    'process',
    'info',
    { ...SESSION, object: { primary: ['addr'], secondary: ['rport'] } },
  ],
  // anomalies that the kernel or a program itself calls so
  [
    'ANOM_ABEND',
    'crashed-program',
    'process intrusion_detection',
    'end info',
    { what: 'process', object: { primary: ['comm', 'exe'], secondary: ['pid'] }, how: ['sig'] },
  ],
  [
    'ANOM_EXEC',
    'attempted-execution-of-forbidden-program',
    'process intrusion_detection',
    'start info',
    { what: 'process', object: { primary: ['cmd'] }, how: ['terminal'] },
  ],
  ['ANOM_LINK', 'used-suspicious-link', 'file intrusion_detection', 'access info'],
  ['ANOM_CREAT', 'created-file-suspiciously', 'file intrusion_detection', 'creation info'], // ours
  [
    'ANOM_LOGIN_FAILURES',
    'failed-log-in-too-many-times-to',
    'authentication intrusion_detection',
    'start denied',
    SESSION,
  ],
  [
    'ANOM_LOGIN_LOCATION',
    'attempted-log-in-from-unusual-place-to',
    'authentication intrusion_detection',
    'start denied',
    SESSION,
  ],
  ['ANOM_LOGIN_SESSIONS', 'opened-too-many-sessions-to', 'authentication intrusion_detection', 'start denied', SESSION],
  [
    'ANOM_LOGIN_TIME',
    'attempted-log-in-during-unusual-hour-to',
    'authentication intrusion_detection',
    'start denied',
    SESSION,
  ],
  ['ANOM_LOGIN_ACCT', 'attempted-log-in-to-watched-account', 'authentication intrusion_detection', 'start denied'],
  ['ANOM_LOGIN_SERVICE', 'service-account-attempted-login', 'authentication intrusion_detection', 'start denied'],
  ['ANOM_ROOT_TRANS', 'user-became-root', 'authentication intrusion_detection', 'start info'],
  [
    'ANOM_PROMISCUOUS',
    'changed-promiscuous-mode-on-device',
    'intrusion_detection',
    'info change',
    { what: 'network-device', object: { primary: ['dev'] } },
  ],
  [
    'ANOM_RBAC_INTEGRITY_FAIL',
    'tested-file-system-integrity-of',
    'intrusion_detection',
    'info',
    { what: 'filesystem', object: { primary: ['hostname'] } },
  ],
  ['ANOM_MAX_DAC', 'max-discretionary-access-control-failures-reached', 'intrusion_detection', 'info'],
  ['ANOM_MAX_MAC', 'max-mandatory-access-control-failures-reached', 'intrusion_detection', 'info'],
  ['ANOM_AMTU_FAIL', 'abstract-machine-test-utility-failure', 'intrusion_detection', 'info'],
  ['ANOM_RBAC_FAIL', 'rbac-self-test-failure', 'intrusion_detection', 'info'],
  ['ANOM_CRYPTO_FAIL', 'crypto-system-test-failure', 'intrusion_detection', 'info'],
  ['ANOM_MK_EXEC', 'made-an-executable', 'file intrusion_detection', 'change info'],
  ['ANOM_ACCESS_FS', 'accessed-watched-file-or-directory', 'file intrusion_detection', 'access info'],
  ['ANOM_ADD_ACCT', 'added-user-account', 'iam intrusion_detection', 'user creation info'],
  ['ANOM_DEL_ACCT', 'deleted-user-account', 'iam intrusion_detection', 'user deletion info'],
  ['ANOM_MOD_ACCT', 'modified-user-account', 'iam intrusion_detection', 'user change info'],
])

/** AVC records of AppArmor; those of SELinux have `seresult`. */
export const APPARMOR: Normalisation = {
  action: 'violated-apparmor-policy',
  category: [],
  type: [],
  what: 'policy',
  object: { primary: ['operation'], secondary: ['requested_mask', 'denied_mask', 'capname'] },
}

export const SELINUX: Normalisation = {
  action: 'violated-selinux-policy',
  category: [],
  type: [],
  actor: { primary: ['scontext'] },
  object: { primary: ['tcontext'], secondary: ['tclass'] },
}
