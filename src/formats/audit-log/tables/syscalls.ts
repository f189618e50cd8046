import { numbered } from './numbered.ts'
import { AARCH64, ARM, I386, PPC_32_ONLY, PPC64, RISCV64, S390X, X86_64 } from './syscall-lists.ts'

const S390_NAMES = numbered(S390X)
const PPC_NAMES = numbered(PPC64)

const BY_ARCH: ReadonlyMap<string, ReadonlyMap<number, string>> = new Map([
  ['x86_64', numbered(X86_64)],
  ['i386', numbered(I386)],
  ['aarch64', numbered(AARCH64)],
  ['arm', numbered(ARM)],
  ['ppc64le', PPC_NAMES],
  ['ppc64', PPC_NAMES],
  ['ppc', new Map([...PPC_NAMES, ...numbered(PPC_32_ONLY)])],
  ['s390x', S390_NAMES],
  ['riscv64', numbered(RISCV64)],
])

/** Set in the number of a call through the x32 ABI, which shares the names of x86_64. */
const X32_BIT = 0x4000_0000

/** Name of a system call, or undefined where the architecture or the number is not known. */
export function syscallName(arch: string, number: number): string | undefined {
  return BY_ARCH.get(arch)?.get(number & ~X32_BIT)
}

/** What the i386 multiplexer `socketcall` does, by its first argument (`linux/net.h`). */
export const SOCKET_CALLS = numbered(
  `1:socket bind connect listen accept getsockname getpeername socketpair send recv sendto recvfrom shutdown setsockopt
  getsockopt sendmsg recvmsg accept4 recvmmsg sendmmsg`,
)

/** The system calls whose work an io_uring operation does, by `uring_op=` (`linux/io_uring.h`). */
export const URING_OPERATIONS = numbered(
  `nop readv writev fsync read write poll_add poll_remove sync_file_range sendmsg recvmsg timeout timeout_remove accept
  async_cancel link_timeout connect fallocate openat close files_update statx read write fadvise madvise send recv
  openat2 epoll_ctl splice provide_buffers remove_buffers tee shutdown renameat unlinkat mkdirat symlinkat linkat
  msg_ring fsetxattr setxattr fgetxattr getxattr socket uring_cmd send sendmsg read_multishot waitid futex_wait
  futex_wake futex_waitv fixed_fd_install ftruncate bind listen`,
)
