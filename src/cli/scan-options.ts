import type { ProfileName } from '../datafeed/profiles.ts'
import type { Severity } from '../domain/rule.ts'
import type { ColorChoice } from './terminal.ts'

/** What `oddsock scan` was asked for, as the command line has it. */
export interface ScanCliOptions {
  readonly json?: boolean
  readonly html?: string
  readonly format?: string
  readonly since?: string
  readonly until?: string
  readonly threshold?: number
  readonly job: string
  readonly profile: ProfileName
  readonly failOn?: Severity
  readonly rules?: readonly string[]
  readonly host?: string
  readonly rejects?: string
  readonly strict?: boolean
  readonly spool?: boolean
  readonly color?: ColorChoice
  readonly quiet?: boolean
}
