import type { Dsl } from './compile-query.ts'
import type { MappedField } from './index-fields.ts'
import type { SearchReply } from './journal.ts'

/**
 * The documents of a query in parts of a few hosts each. A composite aggregation goes through all documents of its query for each of
 * its pages; of a part, one page has all.
 */

/**
 * Seldom more than one page of groups (`index-rows.ts`). Measured once, on three nodes of 512 MB busy with other work: a bucket of
 * 100,000 events with 29,774 groups took 202 s in six pages of 5,000 and 88 s in parts; in pages of 16,000, for which the cluster
 * has to keep the best hits of all their groups at a time, it had not ended after 290 s.
 */
const EVENTS_A_PART = 10_000
const HOSTS_A_PAGE = 10_000

/** The parts of a reply that are read. */
export const HOSTS_PATH = [
  'aggregations.hosts.after_key',
  'aggregations.hosts.buckets.key',
  'aggregations.hosts.buckets.doc_count',
].join()

interface Hosts {
  readonly after_key?: Dsl
  readonly buckets: readonly { readonly key: { readonly host: string }; readonly doc_count: number }[]
}

/**
 * Queries whose documents are together those of `query`, each of them in one.
 *
 * @param most events of a part, unless one host has more
 */
export async function* hostParts(
  query: Dsl,
  host: MappedField,
  search: (body: Dsl) => Promise<SearchReply>,
  most = EVENTS_A_PART,
): AsyncGenerator<Dsl> {
  if (!host.groups || host.kind !== 'keyword') {
    yield query
    return
  }
  let from: string | undefined
  let events = 0
  for await (const { name, count } of hostsOf(query, host.name, search)) {
    if (events > 0 && events + count > most) {
      yield between(query, host.name, from, name)
      from = name
      events = 0
    }
    events += count
  }
  yield between(query, host.name, from, undefined)
}

/** In the order of the cluster, which is that of its ranges. */
async function* hostsOf(query: Dsl, field: string, search: (body: Dsl) => Promise<SearchReply>) {
  for (let after: Dsl | undefined; ; ) {
    const sources = [{ host: { terms: { field } } }]
    const composite = { size: HOSTS_A_PAGE, sources, ...(after && { after }) }
    const body = { size: 0, track_total_hits: false, query, aggs: { hosts: { composite } } }
    const page = (await search(body)).aggregations?.hosts as Hosts | undefined
    for (const { key, doc_count } of page?.buckets ?? []) yield { name: key.host, count: doc_count }
    after = page?.after_key
    if (after === undefined || page!.buckets.length < HOSTS_A_PAGE) return
  }
}

/**
 * Documents whose first host lies in `[from, to)`: one that names several is in one part all the same. The first part holds those
 * of no host too.
 */
function between(query: Dsl, field: string, from: string | undefined, to: string | undefined): Dsl {
  const below = (name: string) => ({ range: { [field]: { lt: name } } })
  const must_not = from === undefined ? [] : [below(from)]
  if (from === undefined && to === undefined) return query
  if (from === undefined)
    return {
      bool: {
        filter: [query],
        should: [below(to!), { bool: { must_not: [{ exists: { field } }] } }],
        minimum_should_match: 1,
      },
    }
  return {
    bool: { filter: [query, { range: { [field]: { gte: from, ...(to !== undefined && { lt: to }) } } }], must_not },
  }
}
