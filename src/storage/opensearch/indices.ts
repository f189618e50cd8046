import { AppError } from '../../domain/error.ts'
import type { Dsl } from './compile-query.ts'
import { type Connection, SEE_CLUSTER } from './connection.ts'

/** Makes an index unless it is there. */
export async function createIndex(connection: Connection, index: string, mappings: Dsl, settings: Dsl): Promise<void> {
  const { status, body } = await connection.request<{ error?: { type?: string; reason?: string } }>(
    'PUT',
    `/${index}`,
    {
      body: { settings, mappings },
      accept: [400],
    },
  )
  if (status === 400 && body.error?.type !== 'resource_already_exists_exception')
    throw new AppError({
      message: `Cannot create index ${index}: ${body.error?.type}, ${body.error?.reason}`,
      code: 'STORAGE_REFUSED',
      hint: SEE_CLUSTER,
    })
}

/** The names of the indices that a pattern stands for, in order. */
export async function indicesOf(connection: Connection, pattern: string): Promise<string[]> {
  const query = {
    expand_wildcards: 'all',
    allow_no_indices: true,
    ignore_unavailable: true,
    filter_path: '*.settings.index.uuid',
  }
  const { body } = await connection.request<Record<string, unknown>>('GET', `/${pattern}/_settings`, {
    query,
    accept: [404],
  })
  return Object.keys(body)
    .filter((name) => name !== 'error' && name !== 'status')
    .sort()
}

export async function deleteIndices(connection: Connection, indices: readonly string[]): Promise<void> {
  for (const index of indices) await connection.request('DELETE', `/${index}`, { accept: [404] })
}
