import { execFileSync } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { HOUR, SECOND } from '../../src/domain/time.ts'
import { systemClock } from '../../src/engine/clock.ts'
import type { Rng } from '../../src/scenario/demo-fleet/rng.ts'
import type { Server } from './server.ts'

/** What a fault may lay hands on. */
export interface Victim {
  readonly server: Server
  readonly rng: Rng
  /** Folder of the run; the store is in `state` below it. */
  readonly place: string
  /** A second server with the settings of the first, but for its address. */
  readonly rival: () => Server
  readonly log: (text: string) => void
}

/** A way in which the surroundings of a server go wrong, and come right again. */
export interface Fault {
  readonly name: string
  readonly summary: string
  /** The server starts with these. */
  env?(place: string): Readonly<Record<string, string>>
  /** Before the server starts. */
  prepare?(place: string): void
  strike(victim: Victim): Promise<void>
  /** After the server has ended. */
  tidy?(place: string): void
  /** The time of day becomes part of the sequence, so an undisturbed run would have another one. */
  readonly ticks?: true
}

const kill: Fault = {
  name: 'kill',
  summary: 'SIGKILL at any moment, while it starts too',
  async strike({ server, rng }) {
    await server.kill()
    // One in three dies once more before it is up, or soon after.
    for (let again = rng.next() < 1 / 3; again; again = rng.next() < 1 / 3) {
      server.start()
      await systemClock.sleep(rng.whole(0, 2 * SECOND))
      await server.kill()
    }
    server.start()
  },
}

/** `PAUSE_SECONDS` of the environment lengthens it. */
const pause: Fault = {
  name: 'pause',
  summary: 'SIGSTOP for a while, then SIGCONT',
  ticks: true,
  async strike({ server, log }) {
    const seconds = Number(process.env.PAUSE_SECONDS ?? 5)
    server.signal('SIGSTOP')
    log(`stands still for ${seconds} s`)
    await systemClock.sleep(seconds * SECOND)
    server.signal('SIGCONT')
  },
}

const DISK_SIZE = '384m'

const disk: Fault = {
  name: 'disk',
  summary: 'the disk is full for some seconds, and in one case of two the server is killed while it is',
  prepare(place) {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_SIZE}`, 'tmpfs', join(place, 'state')])
  },
  async strike({ server, rng, place, log }) {
    const ballast = join(place, 'state', 'ballast')
    fill(ballast)
    log('the disk is full')
    await systemClock.sleep(rng.whole(2 * SECOND, 6 * SECOND))
    if (rng.next() < 0.5) {
      await server.kill()
      log('killed while it is')
    }
    rmSync(ballast)
    if (!server.runs) server.start()
  },
  tidy(place) {
    execFileSync('umount', ['--lazy', join(place, 'state')])
  },
}

/** Writes zeros until nothing more fits. */
function fill(path: string): void {
  const file = openSync(path, 'w')
  try {
    for (const size of [1 << 20, 4_096]) {
      const zeros = Buffer.alloc(size)
      for (;;)
        try {
          if (writeSync(file, zeros) < size) break
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
          break
        }
    }
  } finally {
    closeSync(file)
  }
}

const FAKETIME = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1',
]

const clock: Fault = {
  name: 'clock',
  summary: 'the time of day steps by two hours, either way, and back',
  ticks: true,
  prepare(place) {
    if (!FAKETIME.some(existsSync)) throw new Error('Cannot step the clock: install the Debian package "faketime"')
    writeFileSync(join(place, 'faketime'), '+0\n')
  },
  env: (place) => ({
    LD_PRELOAD: FAKETIME.find(existsSync)!,
    FAKETIME_TIMESTAMP_FILE: join(place, 'faketime'),
    FAKETIME_NO_CACHE: '1',
    DONT_FAKE_MONOTONIC: '1',
  }),
  async strike({ rng, place, log }) {
    const offset = `${rng.pick(['+', '-'])}${(2 * HOUR) / SECOND}`
    writeFileSync(join(place, 'faketime'), `${offset}\n`)
    log(`the time of day steps by ${offset} s`)
    await systemClock.sleep(rng.whole(SECOND, 6 * SECOND))
    writeFileSync(join(place, 'faketime'), '+0\n')
  },
}

const rival: Fault = {
  name: 'rival',
  summary: 'a second server on the same store, which has to refuse',
  async strike({ rival, place, log }) {
    const second = rival()
    second.start()
    const code = await second.ended(20 * SECOND)
    if (code === 'still running') await second.kill()
    const said = readFileSync(join(place, 'rival.log'), 'utf8')
    if (code !== 3 || !said.includes('STORE_IN_USE'))
      throw new Error(`A second server ended with ${code}, expected 3 and STORE_IN_USE: ${said.slice(-500)}`)
    log('the second server has refused')
  },
}

export const FAULTS: readonly Fault[] = [kill, pause, disk, clock, rival]
