/**
 * Rows of fixed fields, packed into bytes. A million small objects cost four times their numbers; as bytes they cost what they
 * hold, and the garbage collector has nothing to follow. A row reads and writes like an object and is only a place in a page:
 * it is good until rows of its table are forgotten.
 */
export interface Layout<R extends object> {
  /** Length of a row; a multiple of four. */
  readonly bytes: number
  /** Where each field lies, in bytes from the start of the row, by the field's number. */
  readonly offsets: readonly number[]
  /** Offsets of names and of addresses (`names.ts`). */
  readonly names: readonly number[]
  readonly addresses: readonly number[]
  /** A row of its own, all zeros. */
  blank(): R
}

/** `name` and `address` are numbers that `names.ts` gives to texts; `flag` is true or false. */
export type Scalar = 'f64' | 'i32' | 'u32' | 'u16' | 'u8' | 'flag' | 'name' | 'address'
export type Fields = Readonly<Record<string, Scalar | ListOf | Layout<object>>>

export interface ListOf {
  readonly list: 'u4' | 'u32'
  readonly length: number
}

type RowWith<F extends Fields> = { -readonly [K in keyof F]: ValueOf<F[K]> }
type ValueOf<T> = T extends 'flag' ? boolean : T extends Scalar ? number : T extends Layout<infer R> ? R : List
export type RowOf<L> = L extends Layout<infer R> ? R : never

/** A short list of whole numbers, as long as its layout says; a sum that does not fit stays at the largest number that does. */
export interface List {
  get(i: number): number
  add(i: number, by: number): void
  sum(): number
}

/** Rows are little-endian on every machine, since snapshots are their bytes. */
const LITTLE = true

/**
 * The one class of all rows of all layouts, since an engine is quick with objects that are all alike: a field is an accessor that
 * looks up where it lies. So a field's name has the same type wherever it is used.
 */
class Row {
  // Declared only: an engine takes longer to define a field than to set it, and rows come and go.
  declare readonly page: DataView
  declare readonly at: number
  declare readonly offsets: readonly number[]

  constructor(page: DataView, at: number, offsets: readonly number[]) {
    this.page = page
    this.at = at
    this.offsets = offsets
  }
}

/** The row of a layout that begins at a byte of a page. */
export function rowAt<R extends object>({ offsets }: Layout<R>, page: DataView, at: number): R {
  return new Row(page, at, offsets) as R
}

/**
 * Fields lie in the order given.
 *
 * @throws TypeError where a name is used with another type than elsewhere
 */
export function layout<const F extends Fields>(fields: F & NotItsOwn): Layout<RowWith<F>> {
  const offsets: number[] = []
  const names: number[] = []
  const addresses: number[] = []
  let end = 0
  for (const [name, field] of Object.entries<Fields[string]>(fields)) {
    const number = numberOf(name, field)
    // Without holes, since an engine is slower with lists that have some.
    while (offsets.length <= number) offsets.push(-1)
    offsets[number] = end
    if (field === 'name') names.push(end)
    if (field === 'address') addresses.push(end)
    end += bytesOf(field)
  }
  const bytes = Math.ceil(end / 4) * 4
  const made: Layout<RowWith<F>> = { bytes, offsets, names, addresses, blank: () => rowAt(made, pageOf(bytes), 0) }
  return made
}

/** A row has these already. */
type NotItsOwn = { readonly [K in keyof Row]?: never }

/** `length` numbers of 0 to 15, or of 0 to 2³² − 1. */
export function list(of: ListOf['list'], length: number): ListOf {
  return { list: of, length }
}

/** Bytes, all zeros. */
export function pageOf(bytes: number): DataView {
  return new DataView(new ArrayBuffer(bytes))
}

/** All fields so far: the number and the type of each. */
const FIELDS = new Map<string, { readonly number: number; readonly field: Fields[string] }>()

function numberOf(name: string, field: Fields[string]): number {
  const known = FIELDS.get(name)
  if (known === undefined) {
    const number = FIELDS.size
    FIELDS.set(name, { number, field })
    Object.defineProperty(Row.prototype, name, accessTo(field, number))
    return number
  }
  if (!isSame(known.field, field)) throw new TypeError(`Cannot lay out "${name}": elsewhere it is of another type`)
  return known.number
}

function isSame(a: Fields[string], b: Fields[string]): boolean {
  if (a === b) return true
  return (
    typeof a === 'object' &&
    typeof b === 'object' &&
    'list' in a &&
    'list' in b &&
    a.length === b.length &&
    a.list === b.list
  )
}

function bytesOf(field: Fields[string]): number {
  if (typeof field === 'string') return BYTES[field]
  if ('list' in field) return field.list === 'u4' ? Math.ceil(field.length / 2) : 4 * field.length
  return field.bytes
}

const BYTES: Readonly<Record<Scalar, number>> = { f64: 8, i32: 4, u32: 4, name: 4, address: 4, u16: 2, u8: 1, flag: 1 }

type Access = PropertyDescriptor & ThisType<Row>

function accessTo(field: Fields[string], number: number): Access {
  if (typeof field === 'string') return ACCESS[field](number)
  if (!('list' in field))
    return {
      get() {
        return rowAt(field, this.page, this.at + this.offsets[number]!)
      },
    }
  const { length } = field
  const Items = field.list === 'u4' ? SmallNumbers : Numbers
  return {
    get() {
      return new Items(this.page, this.at + this.offsets[number]!, length)
    },
  }
}

/** A function for each type, and not one for all, so that the engine can make each a plain load or store. */
const ACCESS: Readonly<Record<Scalar, (number: number) => Access>> = {
  f64: (number) => ({
    get() {
      return this.page.getFloat64(this.at + this.offsets[number]!, LITTLE)
    },
    set(value: number) {
      this.page.setFloat64(this.at + this.offsets[number]!, value, LITTLE)
    },
  }),
  i32: (number) => ({
    get() {
      return this.page.getInt32(this.at + this.offsets[number]!, LITTLE)
    },
    set(value: number) {
      this.page.setInt32(this.at + this.offsets[number]!, value, LITTLE)
    },
  }),
  u32: uint32,
  name: uint32,
  address: uint32,
  u16: (number) => ({
    get() {
      return this.page.getUint16(this.at + this.offsets[number]!, LITTLE)
    },
    set(value: number) {
      this.page.setUint16(this.at + this.offsets[number]!, value, LITTLE)
    },
  }),
  u8: (number) => ({
    get() {
      return this.page.getUint8(this.at + this.offsets[number]!)
    },
    set(value: number) {
      this.page.setUint8(this.at + this.offsets[number]!, value)
    },
  }),
  flag: (number) => ({
    get() {
      return this.page.getUint8(this.at + this.offsets[number]!) !== 0
    },
    set(value: boolean) {
      this.page.setUint8(this.at + this.offsets[number]!, value ? 1 : 0)
    },
  }),
}

function uint32(number: number): Access {
  return {
    get() {
      return this.page.getUint32(this.at + this.offsets[number]!, LITTLE)
    },
    set(value: number) {
      this.page.setUint32(this.at + this.offsets[number]!, value, LITTLE)
    },
  }
}

abstract class Items implements List {
  declare readonly page: DataView
  declare readonly at: number
  declare readonly length: number

  constructor(page: DataView, at: number, length: number) {
    this.page = page
    this.at = at
    this.length = length
  }

  abstract get(i: number): number
  abstract add(i: number, by: number): void

  sum(): number {
    let sum = 0
    for (let i = 0; i < this.length; i++) sum += this.get(i)
    return sum
  }
}

class Numbers extends Items {
  get(i: number): number {
    return this.page.getUint32(this.at + 4 * i, LITTLE)
  }

  add(i: number, by: number): void {
    this.page.setUint32(this.at + 4 * i, Math.min(0xffff_ffff, this.get(i) + by), LITTLE)
  }
}

class SmallNumbers extends Items {
  get(i: number): number {
    return (this.page.getUint8(this.at + (i >> 1)) >> (4 * (i & 1))) & 15
  }

  add(i: number, by: number): void {
    const shift = 4 * (i & 1)
    const at = this.at + (i >> 1)
    const other = this.page.getUint8(at) & (15 << (4 - shift))
    this.page.setUint8(at, other | (Math.min(15, this.get(i) + by) << shift))
  }
}
