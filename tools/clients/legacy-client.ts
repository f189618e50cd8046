import { type Client, type Delivery, installed } from './client.ts'

interface Legacy {
  bulk(request: object): Promise<{ readonly errors: boolean }>
  index(request: object): Promise<{ readonly result: string }>
  close(): void
}

/** The client before `@elastic/elasticsearch`, by which older programs still send, each document under a type. */
export const LEGACY_CLIENT: readonly Client[] = [
  { name: 'elasticsearch 16, bulk with types', deliver: bulk },
  { name: 'elasticsearch 16, one by one with types', deliver: oneByOne },
]

async function bulk({ url, index, messages }: Delivery): Promise<void> {
  const client = open(url)
  const body = messages.flatMap((message, i) => [
    { index: { _index: index, _type: 'event', ...(i % 2 && { _id: `i${i}` }) } },
    { message },
  ])
  for (let round = 0; round < 2; round++)
    if ((await client.bulk({ body })).errors) throw new Error('The answer has errors')
  client.close()
}

async function oneByOne({ url, index, messages }: Delivery): Promise<void> {
  const client = open(url)
  for (const [i, message] of messages.entries())
    for (let round = 0; round < 2; round++) {
      const { result } = await client.index({ index, type: 'event', body: { message }, ...(i % 2 && { id: `i${i}` }) })
      if (result !== 'created') throw new Error(`The answer is "${result}"`)
    }
  client.close()
}

function open(url: string): Legacy {
  const { Client } = installed<{ Client: new (options: object) => Legacy }>('elasticsearch')
  return new Client({ host: url, apiVersion: '6.8' })
}
