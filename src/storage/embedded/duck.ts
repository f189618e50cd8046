import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { duckError } from './duck-error.ts'

export type DuckApi = typeof import('@duckdb/node-api')

export interface DuckOptions {
  /** As DuckDB writes it: `512MB`. What it holds besides its own data is not counted. */
  readonly memoryLimit?: string
  /** 1 unless said: questions are small, and threads of DuckDB take time even when they wait. */
  readonly threads?: number
  /** Once the log of DuckDB has this size, the table is written to its file. */
  readonly checkpointAt?: string
}

/**
 * A DuckDB database in a file. Everything in SQL is made of our own numbers and names; texts that come from outside are handed
 * over as lists of values.
 *
 * @throws AppError STORE_IN_USE · STORE_DAMAGED · STORE_FULL · STORE_TOO_NEW · STORE_UNREADABLE, of every method
 */
export class Duck {
  readonly path: string
  readonly api: DuckApi
  readonly #instance: DuckDBInstance
  readonly #connections = new Set<DuckDBConnection>()

  private constructor(path: string, api: DuckApi, instance: DuckDBInstance) {
    this.path = path
    this.api = api
    this.#instance = instance
  }

  /** The library is loaded here and not before: it takes about a second. */
  static async open(path: string, options: DuckOptions = {}): Promise<Duck> {
    const api = await import('@duckdb/node-api')
    try {
      const instance = await api.DuckDBInstance.create(path, {
        memory_limit: options.memoryLimit ?? '256MB',
        threads: String(options.threads ?? 1),
        checkpoint_threshold: options.checkpointAt ?? '256MB',
        // What a large question or a day's sealing took goes back to the system: by itself the allocator would keep hundreds of MB.
        allocator_flush_threshold: '16MB',
        allocator_bulk_deallocation_flush_threshold: '64MB',
        allocator_background_threads: 'true',
        // The first one whose tables are packed with zstd.
        storage_compatibility_version: 'v1.2.0',
        autoinstall_known_extensions: 'false',
        autoload_known_extensions: 'false',
      })
      return new Duck(path, api, instance)
    } catch (error) {
      throw duckError(path, error)
    }
  }

  /** Open until it is closed, or the database is. */
  async connect(): Promise<DuckDBConnection> {
    try {
      const connection = await this.#instance.connect()
      this.#connections.add(connection)
      return connection
    } catch (error) {
      throw duckError(this.path, error)
    }
  }

  /**
   * The rows of a query, on a connection of its own. Numbers have to be cast to DOUBLE there, or they come as bigint.
   *
   * @param lists values of `$1`, `$2`, …: each a list of texts
   */
  async rows<T>(sql: string, ...lists: readonly (readonly string[])[]): Promise<T[]> {
    const connection = await this.connect()
    try {
      return await rowsOf<T>(this, connection, sql, lists)
    } finally {
      this.disconnect(connection)
    }
  }

  disconnect(connection: DuckDBConnection): void {
    this.#connections.delete(connection)
    connection.closeSync()
  }

  /** Runs statements in one transaction. */
  async transaction(connection: DuckDBConnection, body: () => Promise<void>): Promise<void> {
    try {
      await connection.run('BEGIN')
      await body()
      await connection.run('COMMIT')
    } catch (error) {
      // After a failed COMMIT there is no transaction any more, and nothing to say about that.
      await connection.run('ROLLBACK').catch(() => {})
      throw duckError(this.path, error)
    }
  }

  close(): void {
    for (const connection of this.#connections) connection.closeSync()
    this.#instance.closeSync()
  }
}

/** As `Duck.rows`, on a connection that is at hand. */
export async function rowsOf<T>(
  duck: Duck,
  connection: DuckDBConnection,
  sql: string,
  lists: readonly (readonly string[])[] = [],
): Promise<T[]> {
  try {
    const { listValue, LIST, VARCHAR } = duck.api
    const reader = await connection.runAndReadAll(
      sql,
      lists.map((list) => listValue(list)),
      lists.map(() => LIST(VARCHAR)),
    )
    return reader.getRowObjectsJS() as T[]
  } catch (error) {
    throw duckError(duck.path, error)
  }
}

/** The one column of a query, numbers as DOUBLE, without an object for each row: there may be millions. */
export async function* numbersOf(duck: Duck, connection: DuckDBConnection, sql: string): AsyncGenerator<number[]> {
  try {
    const result = await connection.stream(sql)
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk())
      yield chunk.getColumnValues(0) as number[]
  } catch (error) {
    throw duckError(duck.path, error)
  }
}

/** A text as SQL writes it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
