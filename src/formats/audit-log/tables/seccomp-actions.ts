/** What a seccomp filter did, by the upper half of `code=` (SECCOMP_RET_* of `linux/seccomp.h`). */
export const SECCOMP_ACTIONS: ReadonlyMap<number, string> = new Map([
  [0x8000_0000, 'kill_process'],
  [0x0000_0000, 'kill_thread'],
  [0x0003_0000, 'trap'],
  [0x0005_0000, 'errno'],
  [0x7fc0_0000, 'user_notif'],
  [0x7ff0_0000, 'trace'],
  [0x7ffc_0000, 'log'],
  [0x7fff_0000, 'allow'],
])
