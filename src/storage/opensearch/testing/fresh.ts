import { after } from 'node:test'
import { Connection } from '../connection.ts'
import { deleteIndices, indicesOf } from '../indices.ts'
import { type OpenSearchOptions, openOpenSearch } from '../open-opensearch.ts'

/** The nodes of the cluster that `npm run test:cluster` has started. */
export const NODES: readonly string[] = (process.env.ODDSOCK_TEST_CLUSTER ?? '').split(',').filter(Boolean)

if (NODES.length === 0) throw new Error('These tests need a cluster: npm run test:cluster')

let count = 0
let open: { readonly prefix: string; readonly store: Awaited<ReturnType<typeof openOpenSearch>> } | undefined

/** A store with nothing in it, on the cluster of the tests. The one before is cleared away: tests of a file follow one another. */
export async function openFresh(options: Partial<OpenSearchOptions> = {}) {
  await clear()
  const prefix = `t${process.pid}-${++count}`
  const store = await openOpenSearch({ nodes: NODES, prefix, ...options })
  open = { prefix, store }
  return { ...store, prefix }
}

async function clear(): Promise<void> {
  if (!open) return
  const { prefix, store } = open
  open = undefined
  await store.connection.close()
  // The test may have closed the store.
  const connection = await Connection.open({ nodes: NODES })
  await deleteIndices(connection, await indicesOf(connection, `${prefix}-*`))
  await connection.close()
}

after(clear)
