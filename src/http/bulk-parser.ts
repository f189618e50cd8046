import { LineSplitter } from './line-splitter.ts'

/** What an action line asks for. `index` is '' and `id` undefined where it does not say. */
export interface Action {
  readonly op: 'create' | 'index' | 'update' | 'delete'
  readonly index: string
  readonly id: string | undefined
  readonly pipeline: boolean
}

/** One item of a bulk request, in its order: an action with the text of its document, or what is wrong with it. */
export interface BulkItem {
  readonly action: Action
  readonly document?: string
  readonly fault?: string
  /** The piece of the request that a fault is about. */
  readonly raw: string
  /** Byte of the body at which it begins. */
  readonly at: number
}

/**
 * Reads the body of a `_bulk` request: lines by turns an action and its document (`delete` has none). A line that makes no sense
 * spoils its own item only; the reader finds its step again at the next action. Blank lines before an action are passed over,
 * because rsyslog writes one behind each document.
 *
 * https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk
 */
export class BulkParser {
  readonly #lines: LineSplitter
  readonly #longest: number
  /** The action whose document comes next. */
  #pending: Action | undefined
  /** An action line that made no sense: the line behind it is its document, unless it is an action. */
  #lost = false
  #lastText = ''
  #lastAction: Action | string = 'empty action line'

  /** @param longest of a line, in bytes */
  constructor(longest: number) {
    this.#lines = new LineSplitter(longest)
    this.#longest = longest
  }

  *push(piece: Buffer): Generator<BulkItem> {
    for (const line of this.#lines.push(piece)) yield* this.#take(line.text, line.at, line.tooLong)
  }

  *end(): Generator<BulkItem> {
    for (const line of this.#lines.end()) yield* this.#take(line.text, line.at, line.tooLong)
    if (this.#pending) yield { action: this.#pending, fault: 'action without a document', raw: '', at: 0 }
    this.#pending = undefined
  }

  *#take(text: string, at: number, tooLong: boolean): Generator<BulkItem> {
    const pending = this.#pending
    if (pending) {
      this.#pending = undefined
      yield tooLong
        ? { action: pending, fault: `document of more than ${this.#longest} bytes`, raw: text, at }
        : { action: pending, document: text, raw: text, at }
      return
    }
    if (text.trim() === '') return
    const action = tooLong ? 'action line that is too long' : this.#actionOf(text)
    const lost = this.#lost
    this.#lost = false
    if (typeof action === 'string') {
      if (lost) return
      this.#lost = true
      yield { action: UNREADABLE, fault: action, raw: text, at }
    } else if (action.op === 'delete') {
      yield { action, raw: text, at }
    } else {
      this.#pending = action
    }
  }

  /** Senders that leave ids to us repeat the same action line again and again. */
  #actionOf(text: string): Action | string {
    if (text !== this.#lastText) {
      this.#lastText = text
      this.#lastAction = readAction(text)
    }
    return this.#lastAction
  }
}

/** Clients expect an operation's name beside each result. */
const UNREADABLE: Action = { op: 'index', index: '', id: undefined, pipeline: false }

const OPS: ReadonlySet<string> = new Set<Action['op']>(['create', 'index', 'update', 'delete'])
/** As in Elasticsearch. */
const LONGEST_ID = 512

function readAction(text: string): Action | string {
  const line = parseObject(text)
  if (!line) return 'action line that is no JSON object'
  const op = Object.keys(line).find((key) => OPS.has(key))
  const meta = op === undefined ? undefined : line[op]
  if (typeof meta !== 'object' || meta === null || Array.isArray(meta)) return 'action line without a known action'
  const { _index, _id, pipeline } = meta as Record<string, unknown>
  if (_index !== undefined && _index !== null && typeof _index !== 'string')
    return 'action with an index that is no text'
  const id = readId(_id)
  if (id === null) return 'action with an id that is empty, too long or no text'
  return {
    op: op as Action['op'],
    index: _index ?? '',
    id,
    pipeline: typeof pipeline === 'string' && pipeline !== '_none',
  }
}

function readId(id: unknown): string | undefined | null {
  if (id === undefined || id === null) return undefined
  const text = typeof id === 'number' ? String(id) : id
  return isUsableId(text) ? text : null
}

/** Whether a document can be kept under this id. */
export function isUsableId(id: unknown): id is string {
  return typeof id === 'string' && id !== '' && Buffer.byteLength(id) <= LONGEST_ID
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
