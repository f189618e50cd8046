import type { EcsEvent } from '../../../domain/event.ts'
import type { Connection } from '../connection.ts'
import { createIndex } from '../indices.ts'
import { bulk, refresh } from '../journal.ts'

/** An index as a shipper makes it, with the mapping of ECS: keywords up to 1024 characters, addresses, numbers, texts. */
export async function createEcsIndex(connection: Connection, index: string, settings: object = {}): Promise<void> {
  const number = { type: 'long' }
  const mapping = {
    dynamic_templates: [{ texts: { match_mapping_type: 'string', mapping: { type: 'keyword', ignore_above: 1024 } } }],
    properties: {
      '@timestamp': { type: 'date' },
      message: { type: 'text' },
      event: { properties: { ingested: { type: 'date' }, sequence: number } },
      destination: { properties: { ip: { type: 'ip' }, port: number } },
      source: { properties: { ip: { type: 'ip' }, port: number } },
      process: { properties: { pid: number } },
    },
  }
  await createIndex(connection, index, mapping, { number_of_shards: 2, number_of_replicas: 1, ...settings })
}

export async function ship(connection: Connection, index: string, events: readonly EcsEvent[]): Promise<void> {
  await bulk(
    connection,
    events.flatMap((event) => [{ index: { _index: index } }, event]),
  )
  await refresh(connection, index)
}
