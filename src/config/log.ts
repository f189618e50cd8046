import { pino } from 'pino'
import type { Log, LogFields } from '../domain/log.ts'
import { harmless } from '../report/json-line.ts'
import { visible } from '../report/visible.ts'

export interface LogSettings {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly format: 'auto' | 'json' | 'pretty'
}

/** Standard error, or what stands for it. */
export interface LogTarget {
  readonly isTTY?: boolean
  write(text: string): unknown
}

const ECS_VERSION = '8.11.0'

/** Writes ECS documents, one a line, or lines for a person. Values of hosts may stand in fields: nothing in them acts on a terminal. */
export function openLog({ level, format }: LogSettings, target: LogTarget): Log {
  const pretty = format === 'pretty' || (format === 'auto' && target.isTTY === true)
  const show = pretty ? prettyLine : harmless
  const logger = pino(
    {
      level,
      messageKey: 'message',
      base: { 'ecs.version': ECS_VERSION, 'service.name': 'oddsock', 'process.pid': process.pid },
      timestamp: () => `,"@timestamp":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ 'log.level': label }) },
    },
    { write: (line: string) => target.write(show(line)) },
  )
  const write =
    (say: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields: LogFields = {}) =>
      logger[say](fields, message)
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}

/** Of no interest to who looks at a terminal. */
const UNSHOWN: ReadonlySet<string> = new Set([
  '@timestamp',
  'log.level',
  'message',
  'ecs.version',
  'service.name',
  'process.pid',
])

/** `10:00:01 INFO  Bucket closed  job_id=… records=3` */
function prettyLine(json: string): string {
  const document = JSON.parse(json) as Record<string, unknown>
  const fields = Object.entries(document)
    .filter(([name]) => !UNSHOWN.has(name))
    .map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  const level = String(document['log.level']).toUpperCase().padEnd(5)
  const time = String(document['@timestamp']).slice(11, 19)
  return `${visible(`${time} ${level} ${document.message} ${fields.join('')}`).trimEnd()}\n`
}
