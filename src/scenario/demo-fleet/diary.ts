import type { DurationMs, EpochMs } from '../../domain/time.ts'
import type { Deed } from './deed.ts'
import { type Habit, habitsOf } from './habits.ts'
import type { Host } from './hosts.ts'
import { DEMO_LENGTH, INCIDENTS, incidentDeeds } from './incidents.ts'
import { occasions } from './rhythm.ts'
import { seeded } from './rng.ts'

/** Everything that happened on one host from `start` (a midnight) on, in order of time. */
export function diaryOf(host: Host, start: EpochMs, seed: number): Deed[] {
  const end = start + lengthOf(host)
  const usual = habitsOf(host).flatMap((habit, i) => habitDeeds(habit, `${host.name}/${i}`, start, end, seed))
  return [...usual, ...incidentDeeds(host, start, seed)]
    .filter((deed) => deed.time < end)
    .sort((a, b) => a.time - b.time)
}

function lengthOf(host: Host): DurationMs {
  return INCIDENTS.silence.hosts.includes(host.name) ? INCIDENTS.silence.from : DEMO_LENGTH
}

/** What a habit makes of a stretch of time, in no order; `name` tells its stream of chance. */
export function habitDeeds(habit: Habit, name: string, start: EpochMs, end: EpochMs, seed: number): Deed[] {
  const rng = seeded(seed, name)
  const { program, user, kind } = habit
  const daemon = rng.whole(700, 4_000)
  return occasions(habit.when, start, end, rng).flatMap((time) => {
    const pid = habit.started ? rng.whole(5_000, 40_000) : daemon
    const running = { program, user, pid, ppid: habit.started ? pid - 1 : 1 }
    const peers = habit.times === 'every' ? habit.peers : pickSome(habit, rng)
    const links = peers.map((ip, i): Deed => {
      const at = time + 40 + i * rng.whole(15, 900)
      if (kind === 'accept')
        return {
          ...running,
          kind,
          time: at,
          peer: { ip, port: rng.whole(32_768, 60_999) },
          localPort: habit.port,
          done: true,
        }
      return { ...running, kind, time: at, peer: { ip, port: habit.port }, done: rng.next() < 0.2 }
    })
    return habit.started ? [{ ...running, kind: 'exec', time, done: true }, ...links] : links
  })
}

function pickSome(habit: Habit, rng: ReturnType<typeof seeded>): string[] {
  const [few, many] = habit.times === undefined || habit.times === 'every' ? [1, 1] : habit.times
  return Array.from({ length: rng.whole(few, many) }, () => rng.pick(habit.peers))
}
