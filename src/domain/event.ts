/**
 * One ECS document as plain JSON, nested (`{ process: { name } }`) or dotted (`{ 'process.name': … }`), as its sender wrote it.
 * Read fields with `values` of `field.ts`, which understands both and never follows a prototype.
 */
export type EcsEvent = Readonly<Record<string, unknown>>

/** Where an event stands in the input that it came from: bytes of the opened (uncompressed) stream, end exclusive. */
export interface Place {
  /** Index of the input in the list of inputs that were opened. */
  readonly input: number
  readonly from: number
  readonly to: number
}

/** A piece of input that became no event: counted, kept if asked for, never thrown. */
export interface Reject {
  /** Stable words without values of the input, so that rejects can be counted by it: "no audit(…) header". */
  readonly reason: string
  readonly from: number
  /** The piece itself; at most `REJECT_BYTES` of it. */
  readonly raw: string
}

export const REJECT_BYTES = 4096
