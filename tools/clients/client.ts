import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'

/** Where `tools/test-clients.ts` puts what it installs; git ignores it, and a fresh `npm ci` takes it away. */
export const INSTALLED = resolve('node_modules/.clients')
/** Debian packages, unpacked. */
export const DEBIAN = join(INSTALLED, 'debian')

/** Ours to send: told apart by their messages. */
export interface Delivery {
  readonly url: string
  readonly index: string
  /** All different. Each has to be in the store exactly once afterwards, however often it is sent. */
  readonly messages: readonly string[]
  /** A folder for files of the client. */
  readonly folder: string
  /** Resolves when the server has taken in so many events since the client began. */
  readonly taken: (events: number) => Promise<void>
}

/** A real client, and one way in which people use it. */
export interface Client {
  readonly name: string
  /** Delivers every message, and says no more about it than that it has failed. */
  deliver(delivery: Delivery): Promise<void>
}

/** A package among the installed ones. Their types differ from version to version, so each caller says what it needs of one. */
export function installed<T>(name: string): T {
  return createRequire(join(INSTALLED, 'package.json'))(name) as T
}
