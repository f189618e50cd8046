import type * as v from 'valibot'

/** One thing that can be asked of the API, as its reference tells it. It stands beside the code that answers. */
export interface Operation {
  readonly method: 'get' | 'post' | 'patch' | 'delete'
  /** As Hono has it: `/api/v1/alerts/:id`. */
  readonly path: string
  readonly summary: string
  /** Parameters of the query, and what they mean. */
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: v.GenericSchema
  /** What comes back, by status, besides errors. */
  readonly replies: Readonly<Record<string, string>>
  /** Of the replies; `application/json` unless said. */
  readonly type?: string
}

/** Parameters of every list. */
export const LIST_QUERY = {
  query: 'Which ones, in the Kibana query language.',
  limit: 'How many at most, 1 to 1,000; 100 if not given.',
  after: 'The "next" of the page before.',
}
