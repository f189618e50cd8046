import type { EcsEvent } from '../../domain/event.ts'
import { text, values } from '../../domain/field.ts'
import type { WaitingLine } from './join.ts'
import { parseHeader } from './parse-header.ts'

/** Where shippers put a line that they have read: Beats, rsyslog and Vector; Elastic's pipelines; Fluent Bit; the journal; syslog. */
export const TEXTS: readonly string[] = ['message', 'event.original', 'log', 'MESSAGE', 'msg']

/** Where they say on which machine; what names the machine itself comes before what names the shipper. */
const HOSTS = [
  'host.name',
  'host.hostname',
  'hostname',
  'host',
  'HOST',
  '_HOSTNAME',
  'agent.hostname',
  'agent.name',
  'beat.hostname',
] as const

/** The kernel's records are at most 9 kB long, and names that auditd adds do not make them ten times that. */
const LONGEST = 64 * 1024

/** Who handed a message to the syslog: `audisp-syslog: `, `audit: `, `audispd[412]: `. */
const TAG = /^\s*[\w./-]{1,64}(?:\[\d{1,10}\])?: +(?=node=|type=)/

/**
 * The raw audit lines that a shipper has sent in a document, usually one or none. Each belongs to the host that it names itself, else
 * to that of the document. A document that tells an audit event already has no lines, whatever it keeps of them as evidence.
 *
 * @example auditLinesIn({ message: 'type=EOE msg=audit(1481077231.371:479): ', host: { name: 'web-1' } }) // one, node web-1
 */
export function auditLinesIn(document: EcsEvent): readonly WaitingLine[] {
  for (const field of TEXTS)
    for (const written of values(document, field)) {
      if (typeof written !== 'string' || !written.includes('audit(')) continue
      const lines = written.split('\n').flatMap((line) => headed(line) ?? [])
      if (lines.length > 0) return tellsEvent(document) ? [] : withHost(lines, document)
    }
  return []
}

function headed(written: string): WaitingLine | undefined {
  if (written.length > LONGEST) return undefined
  const line = written.replace(TAG, '')
  const header = parseHeader(line)
  return typeof header === 'string' ? undefined : { ...header, text: line }
}

/** Auditbeat and Auditd Manager join the lines themselves. */
function tellsEvent(document: EcsEvent): boolean {
  return text(document, 'auditd.sequence') !== undefined || text(document, 'auditd.message_type') !== undefined
}

function withHost(lines: readonly WaitingLine[], document: EcsEvent): readonly WaitingLine[] {
  return lines.map((line) => (line.node === '' ? { ...line, node: hostIn(document) } : line))
}

function hostIn(document: EcsEvent): string {
  for (const field of HOSTS) {
    const host = text(document, field)
    if (host) return host
  }
  return ''
}
