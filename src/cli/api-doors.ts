import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import type { Config } from '../config/schema.ts'
import { AppError } from '../domain/error.ts'
import { SILENT } from '../domain/log.ts'
import { reasonOf } from '../sources/unreadable.ts'
import { ApiClient, type ApiDoor } from './api-client.ts'

/**
 * The API for a command. While a server runs it answers over its socket, since a store admits one process; else the command opens the
 * store itself, and the same resources answer in this process.
 *
 * @throws AppError SERVER_UNREACHABLE, STORE_MISSING, and those of the store
 */
export async function openApi(config: Config): Promise<ApiClient> {
  const { http, storage } = config
  if (await isAnswered(http.socket)) return new ApiClient(await serverDoor(http.socket))
  if (storage.engine === 'memory' || (storage.engine === 'embedded' && !existsSync(storage.path)))
    throw new AppError({
      message:
        storage.engine === 'memory'
          ? 'Cannot ask anything: no server runs, and a store in memory keeps nothing'
          : `Cannot ask anything: no server runs, and there is no store in "${storage.path}"`,
      code: 'STORE_MISSING',
      hint: 'Start one with oddsock serve; --state or --config says where another one is.',
    })
  return new ApiClient(await storeDoor(config))
}

/** A running server, over its socket. */
export async function serverDoor(socketPath: string): Promise<ApiDoor> {
  const { Client } = await import('undici')
  // A backup of a large store takes its time.
  const client = new Client('http://localhost', { socketPath, headersTimeout: 0, bodyTimeout: 0 })
  return {
    name: `the server at ${socketPath}`,
    async send({ method, path, headers, body }) {
      try {
        const reply = await client.request({ method, path, headers, ...(body !== undefined && { body }) })
        return { status: reply.statusCode, body: await reply.body.text() }
      } catch (cause) {
        throw unreachable(socketPath, cause)
      }
    },
    close: () => client.close(),
  }
}

/** The store, opened by this process for as long as the command takes. */
export async function storeDoor(config: Config): Promise<ApiDoor> {
  const [
    { api },
    { NO_KEYS },
    { routes },
    { servedJob },
    { jobsToRun },
    { ExceptionList },
    { openStorage, PATIENCE_OF_COMMANDS },
  ] = await Promise.all([
    import('../http/api.ts'),
    import('../http/api-keys.ts'),
    import('../http/routes.ts'),
    import('../http/served-job.ts'),
    import('./jobs-to-run.ts'),
    import('../engine/exception-list.ts'),
    import('../storage/index.ts'),
  ])
  const { jobs } = await jobsToRun(config)
  const served = jobs.map(servedJob)
  const storage = await openStorage(
    config.storage,
    served.map(({ feed }) => feed),
    { patience: PATIENCE_OF_COMMANDS },
  )
  const exceptions = new ExceptionList(storage.state)
  await exceptions.load()
  const resources = [api({ storage, exceptions, jobs: served, now: Date.now })]
  const app = routes({ resources, keys: NO_KEYS, log: SILENT })
  return {
    name: config.storage.engine === 'opensearch' ? 'the store in the cluster' : `the store in ${config.storage.path}`,
    async send({ method, path, headers, body }) {
      const reply = await app.request(
        path,
        { method, headers, ...(body !== undefined && { body }) },
        { door: 'socket' },
      )
      return { status: reply.status, body: await reply.text() }
    },
    close: () => storage.close(),
  }
}

/** Whether somebody listens. A socket file without a listener was left behind. @throws AppError SERVER_UNREACHABLE */
async function isAnswered(path: string): Promise<boolean> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return true
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTDIR') return false
    throw unreachable(path, cause)
  } finally {
    socket.destroy()
  }
}

function unreachable(path: string, cause: unknown): AppError {
  return new AppError({
    message: `Cannot talk to the server at "${path}": ${reasonOf(cause)}`,
    code: 'SERVER_UNREACHABLE',
    hint: 'Run as the user that the server runs as, or with sudo.',
    cause,
  })
}
