/**
 * Names of the machine types in `arch=`: AUDIT_ARCH_* of `linux/audit.h`, which is the ELF machine number, 0x80000000 for
 * 64 bits, 0x40000000 for little-endian. Names as ausearch and Elastic print them.
 */
export const ARCHES: ReadonlyMap<number, string> = new Map([
  [0xc000_003e, 'x86_64'],
  [0x4000_0003, 'i386'],
  [0xc000_00b7, 'aarch64'],
  [0x4000_0028, 'arm'],
  [0x28, 'armeb'],
  [0xc000_0015, 'ppc64le'],
  [0x8000_0015, 'ppc64'],
  [0x14, 'ppc'],
  [0x8000_0016, 's390x'],
  [0x16, 's390'],
  [0xc000_00f3, 'riscv64'],
  [0x4000_00f3, 'riscv32'],
  [0xc000_0102, 'loongarch64'],
  [0xc000_0032, 'ia64'],
  [0x8, 'mips'],
  [0x4000_0008, 'mipsel'],
  [0x8000_0008, 'mips64'],
  [0xa000_0008, 'mips64n32'],
  [0xc000_0008, 'mipsel64'],
  [0xe000_0008, 'mipsel64n32'],
  [0xf, 'parisc'],
  [0x8000_000f, 'parisc64'],
  [0x2, 'sparc'],
  [0x8000_002b, 'sparc64'],
  [0xc000_9026, 'alpha'],
])
