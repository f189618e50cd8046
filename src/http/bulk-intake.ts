import { AppError } from '../domain/error.ts'
import { type EcsEvent, REJECT_BYTES } from '../domain/event.ts'
import type { EpochMs } from '../domain/time.ts'
import type { Intake } from '../sources/live-source.ts'
import { type BulkItem, BulkParser } from './bulk-parser.ts'
import { PUSHED } from './push-source.ts'
import { PushedDocuments } from './pushed-documents.ts'

/** Longest document, in bytes. */
export const LONGEST_DOCUMENT = 4 * 2 ** 20

/** Documents are handed on in pieces of this size, so that a request holds no more of them than one piece. */
const PIECE_DOCUMENTS = 500
const PIECE_CHARACTERS = 512 * 1024

/** Its reply is kept until the request ends, so a request may not have any number of items. */
const MOST_ITEMS = 200_000

/** Events are evidence: what has come in stays as it came. */
const UNSUPPORTED: ReadonlyMap<string, string> = new Map([
  ['update', 'update, where documents are only added'],
  ['delete', 'delete, where documents are only added'],
])

/** What a client is told of one item. */
export interface BulkResult {
  readonly op: string
  readonly index: string
  readonly id?: string
  /** Why the item was refused. */
  readonly fault?: string
}

/** A `_bulk` request on its way in: its documents are handed on piece by piece while it is read. */
export class BulkIntake {
  readonly results: BulkResult[] = []
  /** Whether the sender wished for pipelines, which we do not run. */
  wishesPipeline = false
  readonly #intake: Intake
  readonly #index: string
  readonly #parser = new BulkParser(LONGEST_DOCUMENT)
  readonly #documents: PushedDocuments
  #piece: EcsEvent[] = []
  #characters = 0

  /** @param index of the items that name none */
  constructor(intake: Intake, index: string, receivedAt: EpochMs) {
    this.#intake = intake
    this.#index = index
    this.#documents = new PushedDocuments(receivedAt)
  }

  /** Takes the whole request. Once it resolves, everything that is not refused is committed. @throws AppError of body or intake */
  async takeAll(body: AsyncIterable<Buffer>): Promise<void> {
    for await (const bytes of body) await this.#takeItems(this.#parser.push(bytes))
    await this.#takeItems(this.#parser.end())
    await this.#handOn()
  }

  async #takeItems(items: Iterable<BulkItem>): Promise<void> {
    for (const item of items) {
      if (this.results.length >= MOST_ITEMS) throw tooMany()
      this.results.push(this.#take(item))
      if (this.#piece.length >= PIECE_DOCUMENTS || this.#characters >= PIECE_CHARACTERS) await this.#handOn()
    }
  }

  #take({ action, document, fault, raw, at }: BulkItem): BulkResult {
    const { op, id } = action
    const index = action.index || this.#index
    this.wishesPipeline ||= action.pipeline
    const taken = fault ?? UNSUPPORTED.get(op) ?? this.#documents.read(document ?? '', index, id)
    if (typeof taken === 'string') {
      this.#intake.reject(PUSHED, { reason: taken, from: at, raw: raw.slice(0, REJECT_BYTES) })
      return { op, index, fault: taken, ...(id !== undefined && { id }) }
    }
    this.#piece.push(taken.event)
    this.#characters += raw.length
    return { op, index, id: taken.id }
  }

  async #handOn(): Promise<void> {
    if (this.#piece.length === 0) return
    const events = this.#piece
    this.#piece = []
    this.#characters = 0
    await this.#intake.take({ source: PUSHED, clock: 'receipt', events })
  }
}

function tooMany(): AppError {
  return new AppError({
    message: `Cannot take more than ${MOST_ITEMS} items in one request`,
    code: 'HTTP_BODY_TOO_LARGE',
    hint: 'Send smaller batches.',
  })
}
