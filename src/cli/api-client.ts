import { AppError } from '../domain/error.ts'

/** What a command sends to the API. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** Who answers: a server over its socket, or the same resources in this very process. */
export interface ApiDoor {
  /** For a person: `the server at …`, `the store in …`. */
  readonly name: string
  send(request: ApiRequest): Promise<{ readonly status: number; readonly body: string }>
  close(): Promise<void>
}

/** A page of a list. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | null
}

/** The API as commands use it: JSON in, JSON out, and problems as the errors that they were. */
export class ApiClient {
  readonly #door: ApiDoor

  constructor(door: ApiDoor) {
    this.#door = door
  }

  get name(): string {
    return this.#door.name
  }

  /** @throws AppError as the API tells it */
  async get<T>(path: string, query: Readonly<Record<string, string | undefined>> = {}): Promise<T> {
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined)
    const search = given.length > 0 ? `?${new URLSearchParams(given)}` : ''
    return this.#json('GET', `${path}${search}`)
  }

  /** Every item of a list, page after page; `most` of them if that is given. */
  async *all<T>(
    path: string,
    query: Readonly<Record<string, string | undefined>>,
    most = Number.POSITIVE_INFINITY,
  ): AsyncGenerator<T> {
    let after: string | undefined
    for (let left = most; left > 0; ) {
      const limit = String(Math.min(left, LARGEST_PAGE))
      const page: Page<T> = await this.get(path, { ...query, limit, after })
      yield* page.items
      left -= page.items.length
      if (page.next === null) return
      after = page.next
    }
  }

  post<T>(path: string, body: object): Promise<T> {
    return this.#json('POST', path, body)
  }

  /** @param version that was seen */
  patch<T>(path: string, body: object, version: number): Promise<T> {
    return this.#json('PATCH', path, body, { 'if-match': `"${version}"` })
  }

  async delete(path: string): Promise<void> {
    await this.#json('DELETE', path)
  }

  close(): Promise<void> {
    return this.#door.close()
  }

  async #json<T>(
    method: ApiRequest['method'],
    path: string,
    body?: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<T> {
    const reply = await this.#door.send({
      method,
      path,
      headers: { accept: 'application/json', ...(body && { 'content-type': 'application/json' }), ...headers },
      ...(body && { body: JSON.stringify(body) }),
    })
    const json = reply.body === '' ? undefined : parsed(reply.body)
    if (reply.status >= 400) throw asError(reply.status, json)
    return json as T
  }
}

/** Alerts carry their evidence, so a page of them is large. */
const LARGEST_PAGE = 200

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** The error behind `application/problem+json`. */
function asError(status: number, json: unknown): AppError {
  const told = (json ?? {}) as { title?: unknown; code?: unknown; where?: unknown; hint?: unknown }
  return new AppError({
    message: typeof told.title === 'string' ? told.title : `Cannot understand the answer: status ${status}`,
    code: typeof told.code === 'string' ? told.code : 'HTTP_FAILED',
    ...(typeof told.where === 'string' && { where: told.where }),
    ...(typeof told.hint === 'string' && { hint: told.hint }),
  })
}
