/** An id as Auditbeat has it: the kernel's 4294967295 (or -1) for "no login" and "no session" is `unset`. */
export function unset(id: string | undefined): string | undefined {
  return id === '4294967295' || id === '-1' ? 'unset' : id
}
