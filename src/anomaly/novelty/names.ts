import { ipv4Number, ipv4Text } from '../../domain/ipv4.ts'

/**
 * Texts as small numbers, so that a row of the state has four bytes for each. An IPv4 address is its own number and takes no
 * room; other addresses are texts like all others, and their numbers lie above.
 */
export class Names {
  #texts: (string | null)[]
  readonly #numbers = new Map<string, number>()
  /** Numbers that are free again; the last is given next. */
  #free: number[] = []
  /** Numbers given since the mark, if there is one. */
  #given: number[] | undefined

  constructor(saved: readonly (string | null)[] = ['']) {
    this.#texts = [...saved]
    for (const [number, text] of saved.entries())
      if (text === null) this.#free.push(number)
      else this.#numbers.set(text, number)
    this.#free.reverse()
  }

  /** The number of a text, a new one if it has none. The empty text is 0. @throws RangeError beyond 2²⁶ texts */
  id(text: string): number {
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    const number = this.#free.pop() ?? this.#texts.length
    if (number >= MOST) throw new RangeError(`Cannot remember more than ${MOST} names`)
    this.#texts[number] = text
    this.#numbers.set(text, number)
    this.#given?.push(number)
    return number
  }

  /** Marks which names there are; the function answered takes those back that came since. None may be forgotten meanwhile. */
  mark(): () => void {
    const given: number[] = []
    const { length } = this.#texts
    this.#given = given
    return () => {
      this.#given = undefined
      for (const number of given.reverse()) {
        this.#numbers.delete(this.#texts[number]!)
        this.#texts[number] = null
        if (number < length) this.#free.push(number)
      }
      this.#texts.length = length
    }
  }

  /** The number of a text, `NOBODY` if it has none. */
  find(text: string): number {
    return this.#numbers.get(text) ?? NOBODY
  }

  text(number: number): string {
    return this.#texts[number] ?? ''
  }

  /** The number of an address in the spelling of `plainAddress`. */
  addressId(ip: string): number {
    return ipv4Of(ip) ?? FIRST_NAMED + this.id(ip)
  }

  findAddress(ip: string): number {
    const number = ipv4Of(ip)
    if (number !== undefined) return number
    const known = this.find(ip)
    return known === NOBODY ? NOBODY : FIRST_NAMED + known
  }

  address(number: number): string {
    if (number >= FIRST_NAMED) return this.text(number - FIRST_NAMED)
    return ipv4Text(number)
  }

  /** Forgets all texts but the empty one and those that `tellAll` tells, by their number or as an address. */
  keep(tellAll: (name: (name: number) => void, address: (address: number) => void) => void): void {
    const told = new Uint8Array(this.#texts.length)
    told[0] = 1
    const name = (number: number) => {
      told[number] = 1
    }
    tellAll(name, (number) => {
      if (number >= FIRST_NAMED) name(number - FIRST_NAMED)
    })
    this.#free = []
    for (let number = told.length - 1; number >= 0; number--) {
      if (told[number] === 1) continue
      const text = this.#texts[number]!
      if (text !== null) this.#numbers.delete(text)
      this.#texts[number] = null
      this.#free.push(number)
    }
  }

  /** By number; null for one that is free. */
  save(): readonly (string | null)[] {
    return [...this.#texts]
  }
}

/** The number of a text that has none: no row has it. */
export const NOBODY = 0xffff_fffe
/** Numbers are smaller than this, so that two of them fit into one number of JavaScript. */
const MOST = 2 ** 26
/** The addresses from 240.0.0.0 on, which nobody has, are texts as IPv6 is, and leave their numbers to them. */
export const FIRST_NAMED = 0xf000_0000

/** Two names as one number. */
export function pairOf(a: number, b: number): number {
  return a * MOST + b
}

function ipv4Of(ip: string): number | undefined {
  const number = ipv4Number(ip)
  return number !== undefined && number < FIRST_NAMED ? number : undefined
}
