import { normalizePath } from './program-path.ts'

/**
 * Standard tools of Linux that have no code to speak to another machine, but for looking up a name: where one of them is seen on the
 * network, something else speaks in its place (MITRE T1055, code put into a process that only waits; T1036, another file under its
 * name). By package, as distributions ship them. Left out is whatever connects itself (`bash`, `gawk`, `logger`), speaks to a remote
 * tape (`tar`, `cpio`), or asks a directory service who a person is through PAM (`login`, `su`, `passwd`). On Debian 12, by
 * `nm -D`, of all these only `agetty` and `sulogin` import `connect`, for a socket of their own machine.
 */
const PACKAGES: Readonly<Record<string, string>> = {
  coreutils: `[ arch b2sum base32 base64 basename basenc cat chcon chgrp chmod chown chroot cksum comm cp csplit cut date dd df dir
    dircolors dirname du echo env expand expr factor false fmt fold groups head hostid id install join link ln logname ls md5sum mkdir mkfifo
    mknod mktemp mv nice nl nohup nproc numfmt od paste pathchk pinky pr printenv printf ptx pwd readlink realpath rm rmdir runcon seq
    sha1sum sha224sum sha256sum sha384sum sha512sum shred shuf sleep sort split stat stdbuf stty sum sync tac tail tee test timeout
    touch tr true truncate tsort tty uname unexpand uniq unlink uptime users vdir wc who
    whoami yes`,
  'util-linux': `agetty blkid blockdev cal cfdisk chrt col colcrt colrm column ctrlaltdel dmesg fallocate fdisk findmnt flock fsfreeze
    fstrim getopt hexdump hwclock ionice ipcmk ipcrm ipcs isosize kill losetup lsblk lscpu lsipc lslocks lsmem lsns mcookie mesg mkswap
    more mount mountpoint namei nsenter partx pivot_root prlimit readprofile renice rev rtcwake script setarch setpriv setsid sfdisk
    sulogin swaplabel swapoff swapon switch_root taskset umount unshare utmpdump wall wdctl whereis wipefs zramctl`,
  'procps and psmisc': `free fuser killall pgrep pidof pidwait pkill pmap prtstat ps pslog pstree pwdx skill slabtop snice sysctl tload top
    vmstat w watch`,
  'findutils, diffutils, grep, sed, patch':
    'cmp diff diff3 egrep fgrep find grep locate patch sdiff sed updatedb xargs',
  'gzip, bzip2, xz, zstd': `bunzip2 bzip2 bzcat gunzip gzip lzma unlzma unxz unzstd xz xzcat zcat zstd zstdcat`,
  kmod: 'depmod insmod kmod lsmod modinfo modprobe rmmod',
  'e2fsprogs, dosfstools, parted': `badblocks chattr debugfs dumpe2fs e2fsck e2label fsck lsattr mke2fs parted partprobe resize2fs tune2fs`,
  'cron, at': 'anacron atd cron crond',
  'acpid, irqbalance, rng-tools, haveged': 'acpid haveged irqbalance rngd',
  others: 'clear file infocmp less mandb ncal tic toe tput tset',
}

const DIRECTORIES = ['/usr/bin', '/usr/sbin', '/bin', '/sbin']

const EXECUTABLES: ReadonlySet<string> = new Set(
  Object.values(PACKAGES)
    .flatMap((names) => names.split(/\s+/))
    .flatMap((name) => DIRECTORIES.map((directory) => normalizePath(`${directory}/${name}`))),
)

/**
 * Whether a program is a standard tool without any network code of its own, at its usual place.
 *
 * @param program as `programOf` names it
 */
export function isLocalTool(program: string): boolean {
  return EXECUTABLES.has(program)
}
