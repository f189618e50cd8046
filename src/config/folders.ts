import { join } from 'node:path'

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly isRoot: boolean
  readonly home: string
}

/** Where the state is kept unless said: what systemd gives (`StateDirectory=`), else the system's place, else the user's (XDG). */
export function stateFolder({ env, isRoot, home }: Surroundings): string {
  const given = env.STATE_DIRECTORY?.split(':')[0]
  if (given) return given
  if (isRoot) return '/var/lib/oddsock'
  return join(env.XDG_STATE_HOME || join(home, '.local/state'), 'oddsock')
}

/** Where the settings are looked for unless said, the first that is there counts. */
export function settingsFiles({ env, isRoot, home }: Surroundings): string[] {
  const folders = [
    ...(env.CONFIGURATION_DIRECTORY ? [env.CONFIGURATION_DIRECTORY.split(':')[0]!] : []),
    ...(isRoot ? [] : [join(env.XDG_CONFIG_HOME || join(home, '.config'), 'oddsock')]),
    '/etc/oddsock',
  ]
  return folders.map((folder) => join(folder, 'oddsock.toml'))
}
