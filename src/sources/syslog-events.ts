import { type EcsEvent, REJECT_BYTES, type Reject } from '../domain/event.ts'
import type { DurationMs } from '../domain/time.ts'
import { auditLog } from '../formats/audit-log/index.ts'
import { parseHeader } from '../formats/audit-log/parse-header.ts'
import { decodeLine } from '../formats/ecs-json/decode.ts'
import { EventLines } from './event-lines.ts'
import { parseSyslog, payloadOf } from './syslog-message.ts'

/**
 * Syslog messages on their way to events. Records of all senders are joined in one place, since a daemon may send those of one event
 * over several connections, and UDP knows none.
 */
export class SyslogEvents {
  readonly #reject: (reject: Reject) => void
  readonly #lines: EventLines
  #documents: EcsEvent[] = []
  /** Bytes so far, for rejects. */
  #at = 0

  constructor(reject: (reject: Reject) => void) {
    this.#reject = reject
    const placeOf = (offset: number) => ({ fingerprint: '', offset })
    this.#lines = new EventLines({ format: auditLog, host: '', placeOf, reject })
  }

  /** Takes a message; `peer` is the address that it came from, the last resort for the name of its host. */
  message(bytes: Buffer, peer: string): void {
    const text = bytes.toString('utf8')
    const { host = peer, content } = parseSyslog(text)
    const payload = payloadOf(content)
    if (payload?.kind === 'audit') this.#record(payload.text, host)
    else if (payload) this.#document(payload.text, host)
    else this.reject('syslog message without an audit record or JSON document', bytes)
    this.#at += bytes.length
  }

  reject(reason: string, raw: Buffer): void {
    this.#reject({ reason, from: this.#at, raw: raw.toString('utf8', 0, REJECT_BYTES) })
  }

  settle(now: DurationMs): void {
    this.#lines.settle(now)
  }

  /** Nothing more will come. */
  end(): void {
    this.#lines.reader.end()
  }

  take(): readonly EcsEvent[] {
    const events = [...this.#lines.take(), ...this.#documents]
    this.#documents = []
    return events
  }

  #record(text: string, host: string): void {
    const header = parseHeader(text)
    const named = typeof header !== 'string' && header.node === '' ? `node=${host} ${text}` : text
    // A record is one line, and what stands behind a newline is not its own.
    const line = Buffer.from(`${named.split('\n', 1)[0]}\n`)
    this.#lines.reader.lines(line, 0, line.length, this.#at)
  }

  #document(text: string, host: string): void {
    const decoded = decodeLine(text, { host })
    if (typeof decoded === 'string') this.reject(decoded, Buffer.from(text))
    else if (decoded) this.#documents.push(decoded)
  }
}
