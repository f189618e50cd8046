import type { Datafeed } from '../../datafeed/datafeed.ts'
import { FIRST_FIELDS } from '../../datafeed/datafeed.ts'
import { LANDMARK_FIELDS, LANDMARKS } from '../../datafeed/landmarks.ts'
import { type Row, rowOf } from '../../datafeed/observe.ts'
import type { EcsEvent } from '../../domain/event.ts'
import { NOVELTY_FIELDS } from '../../domain/novelty-fields.ts'
import { fieldsOf, type Query } from '../../query/ast.ts'
import { storedField } from '../../query/text-field.ts'
import { matchesPartly } from './partial-match.ts'
import { type Cell, FieldReader } from './read-fields.ts'

/**
 * The kind of an event: what it says in those fields that datafeeds ask for, as one text. Stores count kinds and know nothing of
 * queries; whether a datafeed admits a kind, and as which row, is found out here, once for each kind, by the same code that
 * judges whole events. So the answer is exact, whatever the query.
 *
 * `[3,"web-1",null,["a","b"],443]`: the number of the list of fields, then the values of each: none, one, several. Behind the last value
 * stands nothing.
 */
export type Kind = string

/** Fields that are part of the kind in every store: what shipped jobs group by, and what their queries ask. */
export const KIND_FIELDS: readonly string[] = [
  ...new Set([
    ...FIRST_FIELDS,
    ...NOVELTY_FIELDS,
    'auditd.data.socket.family',
    'destination.port',
    'event.dataset',
    'event.module',
    'host.os.family',
    'host.os.type',
    // What most events lack stands last, where it takes no room.
    ...fieldsOf(LANDMARKS),
    ...LANDMARK_FIELDS,
  ]),
]

/** So many kinds are remembered for each datafeed or query; beyond that it starts again. */
const REMEMBERED = 50_000

/** What a kind is to a datafeed: its row, or nothing; `unknown` if the datafeed asks for fields that it does not hold. */
export type KindRow = Row | 'not admitted' | 'unknown'

export class Kinds {
  readonly #lists: ReadonlyMap<number, readonly string[]>
  readonly #current: number
  readonly #reader: FieldReader
  readonly #rows = new WeakMap<Datafeed, Map<Kind, KindRow>>()
  readonly #answers = new WeakMap<Query, Map<Kind, boolean | undefined>>()
  readonly #known = new Map<number, ReadonlySet<string>>()

  /** @param lists all lists of fields that kinds of this store were made with, by their number; `current` is for new events */
  constructor(lists: ReadonlyMap<number, readonly string[]>, current: number) {
    this.#lists = lists
    this.#current = current
    this.#reader = new FieldReader(lists.get(current)!)
  }

  of(event: EcsEvent): Kind {
    const cells = this.#reader.read(event)
    return JSON.stringify([this.#current, ...cells.slice(0, cells.findLastIndex((cell) => cell !== null) + 1)])
  }

  row(feed: Datafeed, kind: Kind): KindRow {
    return remembered(this.#rows, feed, kind, () => {
      const { event, knows } = this.#read(kind)
      if (!fieldsOfFeed(feed).every((field) => knows.has(field))) return 'unknown'
      return rowOf(feed, event) ?? 'not admitted'
    })
  }

  /** Whether a query holds for all events of a kind, or for none; undefined where the kind alone does not tell. */
  matches(query: Query, kind: Kind): boolean | undefined {
    return remembered(this.#answers, query, kind, () => {
      const { event, knows } = this.#read(kind)
      return matchesPartly(query, event, knows)
    })
  }

  /** The part of an event that its kind tells, under dotted names, and which fields these are. */
  #read(kind: Kind): { readonly event: EcsEvent; readonly knows: ReadonlySet<string> } {
    const [list, ...cells] = JSON.parse(kind) as [number, ...Cell[]]
    const fields = this.#lists.get(list) ?? []
    let knows = this.#known.get(list)
    if (knows === undefined) {
      knows = new Set(fields)
      this.#known.set(list, knows)
    }
    return { event: Object.fromEntries(fields.map((field, i) => [field, cells[i] ?? null])), knows }
  }
}

/** Every field that the rows of a datafeed depend on. */
export function fieldsOfFeed(feed: Datafeed): readonly string[] {
  return [...feed.fields, ...fieldsOf(feed.query).map(storedField)]
}

function remembered<K extends object, V>(memory: WeakMap<K, Map<Kind, V>>, of: K, kind: Kind, find: () => V): V {
  let known = memory.get(of)
  if (known === undefined || known.size >= REMEMBERED) {
    known = new Map()
    memory.set(of, known)
  }
  const before = known.get(kind)
  if (before !== undefined || known.has(kind)) return before as V
  const found = find()
  known.set(kind, found)
  return found
}
