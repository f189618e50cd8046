import { deriveFields } from '../../domain/derive.ts'
import { REJECT_BYTES } from '../../domain/event.ts'
import type { DecodeOptions, DecodeSink, LineReader } from '../format.ts'
import { join, type WaitingLine } from './join.ts'
import { parseHeader } from './parse-header.ts'
import { Reassembler } from './reassemble.ts'

const NEWLINE = 10

/**
 * The reference reading of an audit log: each line is parsed in full, events are joined and told as ECS documents. An event
 * that a straggler completes is told again, whole.
 */
export function decoder({ host }: DecodeOptions, sink: DecodeSink): LineReader {
  const events = new Reassembler<WaitingLine>((lines, from, to) => {
    const { event, records } = join(lines, host)
    if (event) sink.event(deriveFields(event, host), from, to, records)
    else
      sink.reject({ reason: 'end of an event without its records', from, raw: lines[0]!.text.slice(0, REJECT_BYTES) })
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
    end: () => events.end(),
    settle: (now) => events.settle(now),
    unfinished: () => events.open(),
  }

  function takeLine(block: Buffer, from: number, to: number, place: number): void {
    const text = block.toString('utf8', from, to)
    const header = parseHeader(text)
    if (typeof header !== 'string') events.add({ ...header, text }, place, place + to - from)
    else if (text.trim() !== '')
      sink.reject({ reason: header, from: place, raw: block.toString('utf8', from, Math.min(to, from + REJECT_BYTES)) })
  }
}
