import type * as v from 'valibot'
import type { LiveSource } from './live-source.ts'

/** A kind of source with its manual. */
export interface SourceType<Options> {
  /** What `type` says in the settings. */
  readonly name: string
  readonly summary: string
  readonly references: readonly string[]
  /** The settings beside `type`; each with a description in its metadata. */
  readonly options: v.GenericSchema<unknown, Options>
  /** As in the settings file. */
  readonly examples: readonly { readonly title: string; readonly toml: string }[]
  /**
   * The sources behind one entry of the settings, each with a past, a cursor and a health of its own. Nothing is read or listened to
   * before they are started.
   *
   * @throws AppError SOURCE_… for options that cannot work
   */
  open(options: Options): Promise<readonly LiveSource[]>
}
