import { DAY, isoTime, MINUTE } from '../../domain/time.ts'

/** Midnight, so that the first interval is whole. */
export const WEEK_START = Date.parse('2026-03-02T00:00:00Z')

/** What differs from event to event in these logs. */
export interface Use {
  readonly time: number
  readonly host: string
  readonly process: string
  readonly user: string
  readonly ip: string
  /** Directory of its executable; /usr/bin unless said. */
  readonly directory?: string
}

/** Seven days in which two hosts do the same things every quarter of an hour, and one does something else, once, on the sixth. */
export function week(odd: Partial<Use> = {}): Use[] {
  const uses: Use[] = []
  for (let time = WEEK_START; time < WEEK_START + 7 * DAY; time += 15 * MINUTE)
    for (const host of ['web-1', 'web-2'])
      for (const [i, process] of ['nginx', 'curl', 'chronyd', 'sshd'].entries())
        uses.push({ time: time + (i + 1) * MINUTE, host, process, user: 'root', ip: `10.0.0.${i + 1}` })
  const time = WEEK_START + 6 * DAY + 7 * MINUTE
  const rare: Use = {
    time,
    host: 'web-1',
    process: 'xmrig',
    user: 'www-data',
    ip: '203.0.113.7',
    directory: '/dev/shm',
    ...odd,
  }
  return [...uses, rare].sort((a, b) => a.time - b.time)
}

/** An ECS document as one line, as a shipper of audit events would write it. */
export function ecsLine({ time, host, process, user, ip, directory = '/usr/bin' }: Use, serial: number): string {
  return JSON.stringify({
    '@timestamp': isoTime(time),
    event: {
      module: 'auditd',
      category: ['network'],
      type: ['connection', 'start'],
      outcome: 'success',
      sequence: serial,
    },
    host: { name: host, os: { type: 'linux' } },
    process: { name: process, executable: `${directory}/${process}`, pid: 4242, args: [process, '-x'] },
    user: { name: user },
    destination: { ip, port: 443 },
  })
}

export function ecsLines(uses: readonly Use[]): string {
  return uses.map((use, serial) => `${ecsLine(use, serial)}\n`).join('')
}
