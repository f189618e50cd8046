const PARTS = ['user', 'role', 'domain', 'level', 'category'] as const

/**
 * Splits a security label `user:role:domain:level:category` the way Auditbeat stores it; the last part keeps its colons.
 * AppArmor's labels have one part.
 *
 * @example selinuxLabel('system_u:system_r:sshd_t:s0') // { user: 'system_u', role: 'system_r', domain: 'sshd_t', level: 's0' }
 */
export function selinuxLabel(label: string): Record<string, string> {
  const words = label.split(':')
  const found: Record<string, string> = {}
  for (let i = 0; i < Math.min(PARTS.length, words.length); i++)
    found[PARTS[i]!] = i === PARTS.length - 1 ? words.slice(i).join(':') : words[i]!
  return found
}
