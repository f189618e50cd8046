import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { type Client, type Delivery, installed } from './client.ts'

interface Logger {
  info(message: string): void
}

/** Libraries by which applications send their own logs. They draw no ids and send each line once, or again when they see no answer. */
export const LOGGERS: readonly Client[] = [
  { name: 'pino-elasticsearch', deliver: withPino },
  { name: 'winston-elasticsearch', deliver: (delivery) => withWinston(delivery, {}) },
  { name: 'winston-elasticsearch, data stream', deliver: (delivery) => withWinston(delivery, { dataStream: true }) },
]

async function withPino({ url, index, messages }: Delivery): Promise<void> {
  const toElastic = installed<(options: object) => Writable>('pino-elasticsearch')
  const pino = installed<(stream: Writable) => Logger>('pino')
  const stream = toElastic({ node: url, index, esVersion: 8, opType: 'create', flushBytes: 500 })
  const failed = new Promise<never>((_, reject) => stream.on('error', reject).on('insertError', reject))
  const logger = pino(stream)
  for (const message of messages) logger.info(message)
  stream.end()
  await Promise.race([once(stream, 'insert'), failed])
}

async function withWinston({ url, index, messages, taken }: Delivery, options: object): Promise<void> {
  const { ElasticsearchTransport } = installed<{ ElasticsearchTransport: new (options: object) => WinstonTransport }>(
    'winston-elasticsearch',
  )
  const winston = installed<{ createLogger(options: object): Logger & { end(): void } }>('winston')
  const transport = new ElasticsearchTransport({ index, clientOpts: { node: url }, flushInterval: 200, ...options })
  const failed = new Promise<never>((_, reject) => transport.on('error', reject).on('warning', reject))
  const logger = winston.createLogger({ transports: [transport] })
  for (const message of messages) logger.info(message)
  await Promise.race([taken(messages.length), failed])
  await Promise.race([transport.flush(), failed])
  logger.end()
}

interface WinstonTransport {
  on(event: 'error' | 'warning', listener: (error: Error) => void): WinstonTransport
  flush(): Promise<void>
}
