import { type Client, type Delivery, installed } from './client.ts'

/** As much as the clients of Elasticsearch and OpenSearch have in common. */
interface Search {
  bulk(request: object): Promise<unknown>
  index(request: object): Promise<unknown>
  readonly indices: { create(request: object): Promise<unknown> }
  readonly helpers: {
    bulk(options: object): Promise<{ readonly successful: number; readonly failed: number }>
  }
  close(): Promise<void>
}

interface Version {
  readonly name: string
  readonly module: string
  /** The parameter for the body of a bulk request, and of a document. */
  readonly bulkBody: 'body' | 'operations'
  readonly documentBody: 'body' | 'document'
  readonly compression: unknown
}

const VERSIONS: readonly Version[] = [
  {
    name: '@elastic/elasticsearch 7',
    module: 'elasticsearch-7',
    bulkBody: 'body',
    documentBody: 'body',
    compression: 'gzip',
  },
  {
    name: '@elastic/elasticsearch 8',
    module: 'elasticsearch-8',
    bulkBody: 'operations',
    documentBody: 'document',
    compression: true,
  },
  {
    name: '@elastic/elasticsearch 9',
    module: 'elasticsearch-9',
    bulkBody: 'operations',
    documentBody: 'document',
    compression: true,
  },
  {
    name: '@opensearch-project/opensearch 2',
    module: 'opensearch-2',
    bulkBody: 'body',
    documentBody: 'body',
    compression: 'gzip',
  },
  {
    name: '@opensearch-project/opensearch 3',
    module: 'opensearch-3',
    bulkBody: 'body',
    documentBody: 'body',
    compression: 'gzip',
  },
]

/** Both ways of an application: it gives ids, or leaves them to the server. It sends everything twice, as after a lost answer. */
export const SEARCH_CLIENTS: readonly Client[] = VERSIONS.flatMap((version) => [
  { name: `${version.name}, bulk with own ids`, deliver: (delivery) => bulk(version, delivery, true) },
  { name: `${version.name}, bulk with drawn ids, gzip`, deliver: (delivery) => bulk(version, delivery, false) },
  { name: `${version.name}, the bulk helper`, deliver: (delivery) => helper(version, delivery) },
  { name: `${version.name}, one by one`, deliver: (delivery) => oneByOne(version, delivery) },
])

const TIME = '2026-01-01T00:00:00.000Z'

async function bulk(version: Version, { url, index, messages }: Delivery, ownIds: boolean): Promise<void> {
  const client = open(version, url, ownIds ? {} : { compression: version.compression })
  const operations = messages.flatMap((message, i) => [
    { create: { _index: index, ...(ownIds && { _id: String(i) }) } },
    { '@timestamp': TIME, message },
  ])
  for (let round = 0; round < 2; round++)
    refuseErrors(await client.bulk({ [version.bulkBody]: operations, refresh: true }))
  await client.close()
}

async function helper(version: Version, { url, index, messages }: Delivery): Promise<void> {
  const client = open(version, url, {})
  for (let round = 0; round < 2; round++) {
    const { successful, failed } = await client.helpers.bulk({
      datasource: messages.map((message, i) => ({ '@timestamp': TIME, message, i })),
      onDocument: ({ i }: { i: number }) => ({ index: { _index: index, _id: `h${i}` } }),
      flushBytes: 1000,
      concurrency: 3,
      refreshOnCompletion: index,
    })
    if (failed > 0 || successful !== messages.length) throw new Error(`${failed} failed, ${successful} did not`)
  }
  await client.close()
}

async function oneByOne(version: Version, { url, index, messages }: Delivery): Promise<void> {
  const client = open(version, url, {})
  await client.indices.create({ index })
  for (const [i, message] of messages.entries())
    for (let round = 0; round < 2; round++)
      await client.index({
        index,
        [version.documentBody]: { '@timestamp': TIME, message },
        ...(i % 2 && { id: `i${i}` }),
      })
  await client.close()
}

function open(version: Version, url: string, options: object): Search {
  const { Client } = installed<{ Client: new (options: object) => Search }>(version.module)
  return new Client({ node: url, ...options })
}

/** Versions 7 and those of OpenSearch wrap the answer in a `body`. */
function refuseErrors(answer: unknown): void {
  const { errors, items } = ((answer as { body?: unknown }).body ?? answer) as { errors?: unknown; items?: unknown }
  if (errors !== false) throw new Error(`The answer has errors: ${JSON.stringify(items).slice(0, 500)}`)
}
