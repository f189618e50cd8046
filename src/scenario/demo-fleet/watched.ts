import { type EpochMs, SECOND } from '../../domain/time.ts'
import type { Deed } from './deed.ts'
import { HOSTS } from './hosts.ts'
import { auditLines } from './write-audit.ts'

/** The host on which something happens while somebody watches. */
const SHOWN_ON = 'quay-web1'

/** From this moment on, a script that nobody installed calls home from a web host, out of a folder that is gone after a restart. */
export function watchedFile(at: EpochMs, seed: number) {
  const host = HOSTS.find(({ name }) => name === SHOWN_ON)!
  return { path: `${host.name}/audit.log`, lines: auditLines(host, relayDeeds(at), seed) }
}

function relayDeeds(at: EpochMs): Deed[] {
  const program = {
    name: 'python3',
    executable: '/usr/bin/python3.11',
    args: ['python3', '/dev/shm/.cache/relay.py', '--to', '198.51.100.99:8443'],
    cwd: '/dev/shm',
  }
  const running = { program, user: 'www-data', pid: 61_207, ppid: 2107 }
  const calls = Array.from({ length: 20 }, (_, i): Deed => {
    const time = at + 300 + i * 30 * SECOND
    return { ...running, time, kind: 'connect', peer: { ip: '198.51.100.99', port: 8443 }, done: false }
  })
  return [{ ...running, time: at, kind: 'exec', done: true }, ...calls]
}
