import type { Job } from './job.ts'

/**
 * What the function `novelty` groups by: host, program, user and the other side, and what a row tells about how the program runs.
 * A job of that function observes these fields whatever it says itself; a field that no event has is no value, and takes its
 * evidence away.
 */
export const NOVELTY_FIELDS: readonly string[] = [
  'host.name',
  'oddsock.program',
  'user.name',
  'destination.ip',
  'process.name',
  'user.id',
  'network.direction',
  'oddsock.peer.ip',
  'oddsock.peer.port',
  'oddsock.directory',
  'oddsock.argv0',
  'oddsock.terminal',
  'oddsock.login',
]

/** Name of the function in a job's detector. */
export const NOVELTY = 'novelty'

/** Whether a job is of the function `novelty`, which is a whole job: it has one detector and no other function beside it. */
export function isNovelty({ analysis_config: { detectors } }: Pick<Job, 'analysis_config'>): boolean {
  return detectors.length === 1 && detectors[0]!.function === NOVELTY
}

/** Whose a program is that runs under a number on a host that names its users: mostly an account inside a container; all of a host are one. */
export const UNNAMED_ACCOUNT = '<uid>'

/** An account of a finding in words. @example accountText('') // 'an unknown user' */
export function accountText(user: string): string {
  if (user === UNNAMED_ACCOUNT) return 'an account without a name'
  return user === '' ? 'an unknown user' : user
}
