import { deriveFields } from '../../domain/derive.ts'
import { type EcsEvent, REJECT_BYTES } from '../../domain/event.ts'
import { text, values } from '../../domain/field.ts'
import { isAuditEvent } from '../../domain/identity.ts'
import { parseTime } from '../../domain/time.ts'
import type { DecodeOptions, DecodeSink, LineReader } from '../format.ts'

const NEWLINE = 10

/** The reference reading of NDJSON: `JSON.parse` for every line, one ECS document each. */
export function decoder(options: DecodeOptions, sink: DecodeSink): LineReader {
  return {
    lines(block, from, to, at) {
      for (let start = from; start < to; ) {
        const end = block.indexOf(NEWLINE, start)
        const place = at + start - from
        const line = block.toString('utf8', start, end)
        const decoded = decodeLine(line, options)
        if (typeof decoded === 'string') sink.reject({ reason: decoded, from: place, raw: line.slice(0, REJECT_BYTES) })
        else if (decoded) sink.event(decoded, place, place + end + 1 - start)
        start = end + 1
      }
    },
    end() {},
  }
}

/** One line → its event, the reason why it is none, or undefined for a blank line. */
export function decodeLine(line: string, options: DecodeOptions): EcsEvent | string | undefined {
  const trimmed = line.replace(/^\uFEFF/, '').trim()
  if (trimmed === '') return undefined
  if (!trimmed.endsWith('}')) return 'line does not end in }'
  let document: unknown
  try {
    document = JSON.parse(trimmed)
  } catch {
    return 'not JSON'
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return 'not a JSON object'
  const event = unwrap(document as EcsEvent)
  const [time] = values(event, '@timestamp')
  if (time === undefined) return 'no @timestamp'
  if (Number.isNaN(parseTime(time))) return '@timestamp is not a time'
  return deriveFields(decodeHexName(event), options.host)
}

/** Search hits and dumps carry the document as `_source`, beside its `_index` and `_id`. */
function unwrap(document: EcsEvent): EcsEvent {
  const source = document._source
  if (typeof source !== 'object' || source === null || Array.isArray(source)) return document
  return { _index: document._index, _id: document._id, ...source }
}

/** Audit senders pass on a thread name as the kernel wrote it, which is hexadecimal if it holds a space, a quote or a byte outside printable ASCII. */
export function decodeHexName(event: EcsEvent): EcsEvent {
  const name = text(event, 'process.name')
  const decoded = name === undefined ? undefined : decodeKernelHex(name)
  if (decoded === undefined || !isAuditEvent(event)) return event
  if (Object.hasOwn(event, 'process.name')) return { ...event, 'process.name': decoded }
  return { ...event, process: { ...(event.process as object), name: decoded } }
}

function decodeKernelHex(name: string): string | undefined {
  if (name.length % 2 !== 0 || !/^[0-9A-F]{2,}$/.test(name)) return undefined
  const bytes = Buffer.from(name, 'hex')
  return bytes.some((byte) => byte <= 0x20 || byte === 0x22 || byte > 0x7e) ? bytes.toString('utf8') : undefined
}
