import type { DurationMs, EpochMs } from '../../domain/time.ts'
import type { LineHeader } from './parse-header.ts'

/** An event is complete when its node's audit time is so far past it … */
const PATIENCE: DurationMs = 2_000
/** … or when its node was silent for so long, where the reader of a live stream says how time passes … */
const SILENCE: DurationMs = 2_000
/** … or when its node has begun so many events after it. */
const NEWER_EVENTS = 1_000
/** So many complete events are kept over all nodes unless asked for fewer, so that a straggler finds the lines that it belongs to. */
export const REMEMBERED = 1_024
/** So many nodes are told apart; the one that was silent for longest makes room for one more. */
const NODES = 4_096
/** Of the table in which a node's events are found, a power of two. */
const SLOTS = 1_024
/** The kernel writes at most a few hundred records of one event; of one that goes on beyond this, the first lines are kept. */
const MOST_LINES = 4_096

/**
 * Takes a complete event: its lines in order of arrival, and the bytes `[from, to)` in which they stand. The list is lent for
 * the time of the call.
 */
export type TakeEvent<L> = (lines: readonly L[], from: number, to: number) => void

/** Of events that wait for their first line, or are forgotten: replaced, never added to. */
const NO_LINES: never[] = []

interface Gathered<L> {
  readonly node: Node<L>
  readonly time: EpochMs
  readonly serial: number
  lines: L[]
  from: number
  to: number
  complete: boolean
  /** How many events its node had begun with this one, when it was begun or reopened. */
  begun: number
  /** How often it stands among the remembered. */
  remembered: number
  /** Open events of a node, in order of audit time. */
  earlier: Gathered<L> | undefined
  later: Gathered<L> | undefined
  /** The next event of this node in the same slot: one of an older serial, or of the same from another boot. */
  sameSlot: Gathered<L> | undefined
}

interface Node<L> {
  readonly name: string
  /** The events that are open or remembered, by the low bits of their serials. */
  readonly slots: (Gathered<L> | undefined)[]
  /** The largest serial so far: no event has a larger one. */
  newest: number
  /** The open events of smallest and of largest audit time. */
  first: Gathered<L> | undefined
  last: Gathered<L> | undefined
  /** Events in the order in which they were begun, complete ones included until they are passed over. */
  queue: (Gathered<L> | undefined)[]
  queueAt: number
  begun: number
  /** Whether it had a line since the last `settle`, and the time of the `settle` that found one. */
  spoke: boolean
  heard: DurationMs
}

/**
 * Joins audit records into events (`time-and-order.md` §8): records of one node, time and serial belong together, wherever
 * they stand. An event is handed on once it is complete: at its EOE record, when its node's audit time is 2 s past it, after
 * 1,000 newer events of its node, when its node falls silent, or at the end of the input. A record that comes later is joined to
 * the lines that went before, and the whole event is handed on again. The audit time of a node is that of its last line, so that
 * a clock that steps back does not tear events apart.
 *
 * Any kind of line will do that has a header. Memory is bounded by the constants above.
 */
export class Reassembler<L extends LineHeader> {
  readonly #take: TakeEvent<L>
  readonly #nodes = new Map<string, Node<L>>()
  #node: Node<L> | undefined
  /** The event of the last line: usually that of the next one too. */
  #recent: Gathered<L> | undefined
  readonly #remembered: (Gathered<L> | undefined)[]
  #rememberAt = 0

  constructor(take: TakeEvent<L>, remembered = REMEMBERED) {
    this.#take = take
    this.#remembered = new Array(remembered)
  }

  /** Takes a line that stands in the bytes `[from, to)`. */
  add(line: L, from: number, to: number): void {
    const recent = this.#recent
    const known = recent && recent.serial === line.serial && recent.time === line.time && recent.node.name === line.node
    const event = known ? recent : this.#eventOf(line, from)
    event.node.spoke = true
    if (event.complete) {
      // The mark of the end tells nothing new about an event that is already complete.
      if (line.type === 'EOE') return
      this.#reopen(event)
    }
    // A list that begins empty is given room for 17; most events of the quick reader have one segment.
    if (event.lines.length === 0) event.lines = [line]
    else if (event.lines.length < MOST_LINES) event.lines.push(line)
    if (from < event.from) event.from = from
    if (to > event.to) event.to = to
    this.#recent = event
    if (line.type === 'EOE') this.#complete(event)
  }

  /** The input has ended: what is open is complete, in the order of the input. */
  end(): void {
    const open: Gathered<L>[] = []
    for (const node of this.#nodes.values()) for (let e = node.first; e; e = e.later) open.push(e)
    open.sort((a, b) => a.from - b.from)
    for (const event of open) this.#complete(event)
  }

  /**
   * Completes what waits on nodes that had no line for 2 s. `now` is any steady time; to be called a few times a second, since a
   * node counts as heard when the next call finds its lines.
   */
  settle(now: DurationMs): void {
    for (const node of this.#nodes.values()) {
      if (node.spoke) node.heard = now
      node.spoke = false
      if (now - node.heard >= SILENCE) while (node.first) this.#complete(node.first)
    }
  }

  /** The events that wait for more lines. */
  *open(): Generator<{ readonly from: number; readonly to: number }> {
    for (const node of this.#nodes.values()) for (let event = node.first; event; event = event.later) yield event
  }

  #eventOf(line: L, from: number): Gathered<L> {
    const node = this.#nodeOf(line.node)
    let event = line.serial > node.newest ? undefined : node.slots[slotOf(line.serial)]
    while (event && (event.serial !== line.serial || event.time !== line.time)) event = event.sameSlot
    event ??= this.#begin(node, line, from)
    this.#completeOld(node, line.time, event)
    return event
  }

  #nodeOf(name: string): Node<L> {
    if (this.#node?.name === name) return this.#node
    let node = this.#nodes.get(name)
    if (node) this.#nodes.delete(name)
    else {
      if (this.#nodes.size >= NODES) this.#forgetNode()
      node = newNode(name)
    }
    this.#nodes.set(name, node) // again, at the end: the map stands in order of last use
    this.#node = node
    return node
  }

  #forgetNode(): void {
    const [name, node] = this.#nodes.entries().next().value!
    while (node.first) this.#complete(node.first)
    this.#nodes.delete(name)
  }

  #begin(node: Node<L>, line: L, from: number): Gathered<L> {
    const slot = slotOf(line.serial)
    const event: Gathered<L> = {
      node,
      time: line.time,
      serial: line.serial,
      lines: NO_LINES,
      from,
      to: from,
      complete: false,
      begun: 0,
      remembered: 0,
      earlier: undefined,
      later: undefined,
      sameSlot: node.slots[slot],
    }
    node.slots[slot] = event
    if (line.serial > node.newest) node.newest = line.serial
    this.#open(event)
    return event
  }

  #reopen(event: Gathered<L>): void {
    event.complete = false
    this.#open(event)
  }

  #open(event: Gathered<L>): void {
    const node = event.node
    node.begun += 1
    event.begun = node.begun
    node.queue.push(event)
    let earlier = node.last
    while (earlier && earlier.time > event.time) earlier = earlier.earlier
    const later = earlier ? earlier.later : node.first
    event.earlier = earlier
    event.later = later
    if (earlier) earlier.later = event
    else node.first = event
    if (later) later.earlier = event
    else node.last = event
  }

  /** `but` is the event of the line at hand, which is about to grow. */
  #completeOld(node: Node<L>, now: EpochMs, but: Gathered<L>): void {
    let event = node.first
    while (event && now - event.time >= PATIENCE) {
      const next: Gathered<L> | undefined = event.later
      if (event !== but) this.#complete(event)
      event = next
    }
    this.#completePassedOver(node, but)
  }

  #completePassedOver(node: Node<L>, but: Gathered<L>): void {
    const { queue } = node
    while (node.queueAt < queue.length) {
      const oldest = queue[node.queueAt]!
      const newer = queue.length - node.queueAt - 1
      const reopenedSince = node.begun - newer !== oldest.begun
      if (!oldest.complete && !reopenedSince) {
        if (oldest === but || newer < NEWER_EVENTS) break
        this.#complete(oldest)
      }
      queue[node.queueAt] = undefined
      node.queueAt += 1
    }
    if (node.queueAt > NEWER_EVENTS) {
      node.queue = queue.slice(node.queueAt)
      node.queueAt = 0
    }
  }

  #complete(event: Gathered<L>): void {
    const { node, earlier, later } = event
    if (earlier) earlier.later = later
    else node.first = later
    if (later) later.earlier = earlier
    else node.last = earlier
    event.earlier = undefined
    event.later = undefined
    event.complete = true
    this.#take(event.lines, event.from, event.to)
    this.#remember(event)
  }

  #remember(event: Gathered<L>): void {
    const forgotten = this.#remembered[this.#rememberAt]
    this.#remembered[this.#rememberAt] = event
    this.#rememberAt = (this.#rememberAt + 1) % this.#remembered.length
    event.remembered += 1
    if (!forgotten) return
    forgotten.remembered -= 1
    if (forgotten.complete && forgotten.remembered === 0) this.#forget(forgotten)
  }

  #forget(event: Gathered<L>): void {
    const { node, serial } = event
    event.lines = NO_LINES
    const slot = slotOf(serial)
    let other = node.slots[slot]
    if (other === event) {
      node.slots[slot] = event.sameSlot
      return
    }
    while (other && other.sameSlot !== event) other = other.sameSlot
    if (other) other.sameSlot = event.sameSlot
  }
}

/** Serials follow each other, so that their low bits spread them evenly. */
function slotOf(serial: number): number {
  return serial & (SLOTS - 1)
}

function newNode<L>(name: string): Node<L> {
  return {
    name,
    slots: new Array(SLOTS),
    newest: -1,
    first: undefined,
    last: undefined,
    queue: [],
    queueAt: 0,
    begun: 0,
    spoke: false,
    heard: 0,
  }
}
