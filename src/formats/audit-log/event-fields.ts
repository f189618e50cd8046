import type { AuditLine } from './parse-line.ts'
import type { Roles } from './roles.ts'
import { ARCHES } from './tables/arches.ts'
import { ERRORS } from './tables/errors.ts'
import { SECCOMP_ACTIONS } from './tables/seccomp-actions.ts'
import { SIGNALS } from './tables/signals.ts'
import { SOCKET_CALLS, syscallName, URING_OPERATIONS } from './tables/syscalls.ts'

/** The fields of all records of an event as one, numbers replaced by names where the kernel's headers have some. */
export class EventFields {
  readonly #lines: readonly AuditLine[]
  readonly arch: string | undefined
  /** The system call by name, or by number if it has none that we know. */
  readonly syscall: string | undefined
  /** What is done: the system call, or what a multiplexer (`socketcall`, io_uring) was told to do. */
  readonly call: string | undefined
  /** `unknown` where no record says. */
  readonly result: 'success' | 'fail' | 'unknown'

  constructor(roles: Roles) {
    const { main, syscall, sockaddr, data } = roles
    this.#lines = data.length > 0 ? data : sockaddr ? [sockaddr] : []
    // A SECCOMP record names its system call itself.
    const source = syscall ?? main
    const arch = source.fields.get('arch')
    this.arch = arch === undefined ? undefined : (ARCHES.get(Number.parseInt(arch, 16)) ?? arch)
    this.syscall = this.#syscallOf(source)
    this.call = this.#callOf(source)
    this.result = resultOf(this.get('success') ?? this.get('res') ?? oldResult(this.get('result')))
  }

  /** The first value of a key over all records: the main one first, and in each the kernel before user space. */
  get(key: string): string | undefined {
    for (const line of this.#lines) {
      const value = line.fields.get(key) ?? line.told.get(key)
      if (value !== undefined) return value
    }
    return undefined
  }

  /** Like `get`, but asks what user space said first: the account that a login is about, not the one that the daemon runs as. */
  told(key: string): string | undefined {
    for (const line of this.#lines) {
      const value = line.told.get(key)
      if (value !== undefined) return value
    }
    return this.get(key)
  }

  /** The value of a field of this name as it is stored: `exit=-115` is EINPROGRESS. */
  named(type: string, key: string, value: string): string {
    switch (key) {
      case 'arch':
        return this.arch ?? value
      case 'syscall':
        return this.syscall ?? value
      case 'exit':
        return (value.startsWith('-') ? ERRORS.get(-Number(value)) : undefined) ?? value
      case 'sig':
        return SIGNALS.get(Number(value)) ?? value
      case 'code':
        return type === 'SECCOMP' ? seccompAction(value) : value
      default:
        return value
    }
  }

  #syscallOf(line: AuditLine): string | undefined {
    const number = line.fields.get('syscall')
    if (number === undefined) return undefined
    const name = this.arch === undefined ? undefined : syscallName(this.arch, Number(number))
    return name ?? known(line.enriched.get('SYSCALL')) ?? number
  }

  #callOf(line: AuditLine): string | undefined {
    if (line.type === 'URINGOP') return URING_OPERATIONS.get(Number(line.fields.get('uring_op') ?? Number.NaN))
    if (this.syscall !== 'socketcall') return this.syscall
    return SOCKET_CALLS.get(Number.parseInt(line.fields.get('a0') ?? '', 16)) ?? this.syscall
  }
}

function resultOf(said: string | undefined): 'success' | 'fail' | 'unknown' {
  if (said === undefined) return 'unknown'
  return said === 'yes' || said === '1' || /^suc/i.test(said) ? 'success' : 'fail'
}

/** Old PAM modules say `result=Success` for `res=success`. The name is a common one, so any other word is no outcome. */
function oldResult(said: string | undefined): string | undefined {
  return said !== undefined && /^(?:success|fail)/i.test(said) ? said : undefined
}

function known(name: string | undefined): string | undefined {
  return name?.startsWith('unknown') ? undefined : name
}

function seccompAction(code: string): string {
  return SECCOMP_ACTIONS.get((Number.parseInt(code, 16) & 0xffff_0000) >>> 0) ?? code
}
