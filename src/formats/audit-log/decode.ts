import { REJECT_BYTES } from '../../domain/event.ts'
import type { DecodeOptions, DecodeSink, LineReader } from '../format.ts'
import { coalesce } from './coalesce.ts'
import { type AuditLine, parseLine } from './parse-line.ts'
import { Reassembler } from './reassemble.ts'

const NEWLINE = 10

/** The reference reading of an audit log: each line is parsed in full, events are joined and told as ECS documents. */
export function decoder({ host }: DecodeOptions, sink: DecodeSink): LineReader {
  const events = new Reassembler<AuditLine>((lines, from, to) => {
    const event = coalesce(lines, host)
    if (event) sink.event(event, from, to)
    else sink.reject({ reason: 'end of an event without its records', from, raw: lastMark(lines) })
  })
  return {
    lines(block, from, to, at) {
      for (let start = from; start < to; ) {
        const newline = block.indexOf(NEWLINE, start)
        const end = newline < 0 || newline >= to ? to : newline + 1
        takeLine(block, start, end, at + start - from)
        start = end
      }
    },
    end() {
      events.end()
    },
  }

  function takeLine(block: Buffer, from: number, to: number, place: number): void {
    const text = block.toString('utf8', from, to)
    const line = parseLine(text)
    if (typeof line !== 'string') events.add(line, place, place + to - from)
    else if (text.trim() !== '')
      sink.reject({ reason: line, from: place, raw: block.toString('utf8', from, Math.min(to, from + REJECT_BYTES)) })
  }
}

function lastMark(lines: readonly AuditLine[]): string {
  const { time, serial } = lines[0]!
  return `type=EOE msg=audit(${(time / 1000).toFixed(3)}:${serial}):`
}
