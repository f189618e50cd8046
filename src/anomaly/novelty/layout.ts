/**
 * Rows of fixed fields, packed into bytes. A million small objects cost four times their numbers; as bytes they cost what they
 * hold, and the garbage collector has nothing to follow. A row reads and writes like an object and is only a place in a page:
 * it is good until rows of its table are forgotten.
 */
export interface Layout<R extends object> {
  /** Length of a row; a multiple of four. */
  readonly bytes: number
  /** Where a row has names (`names.ts`), in bytes from its start. */
  readonly names: readonly number[]
  readonly addresses: readonly number[]
  row(page: DataView, at: number): R
  /** A row of its own, all zeros. */
  blank(): R
}

/** `name` and `address` are numbers that `names.ts` gives to texts; `flag` is true or false; `u4` is for lists alone. */
export type Scalar = 'f64' | 'i32' | 'u32' | 'u16' | 'u8' | 'flag' | 'name' | 'address'
export type Fields = Readonly<Record<string, Scalar | ListOf | Layout<object>>>

export interface ListOf {
  readonly list: 'u4' | 'u32'
  readonly length: number
}

type Row<F extends Fields> = { -readonly [K in keyof F]: ValueOf<F[K]> }
type ValueOf<T> = T extends 'flag' ? boolean : T extends Scalar ? number : T extends Layout<infer R> ? R : List
export type RowOf<L> = L extends Layout<infer R> ? R : never

/** A short list of whole numbers, as long as its layout says; numbers that do not fit stay at the largest that does. */
export interface List {
  get(i: number): number
  add(i: number, by: number): void
  sum(): number
}

/** Rows are little-endian on every machine, since snapshots are their bytes. */
const LITTLE = true

/** Its fields are declared only, as an engine takes longer to define a field than to set it, and places come and go. */
abstract class Place {
  declare readonly page: DataView
  declare readonly at: number

  constructor(page: DataView, at: number) {
    this.page = page
    this.at = at
  }
}

type Accessor = (offset: number) => PropertyDescriptor & ThisType<Place>

/** One function for each type, and not one for all: so the engine can compile each access down to a load or a store. */
const SCALARS: Record<Scalar, { readonly bytes: number; readonly access: Accessor }> = {
  f64: {
    bytes: 8,
    access: (offset) => ({
      get() {
        return this.page.getFloat64(this.at + offset, LITTLE)
      },
      set(value: number) {
        this.page.setFloat64(this.at + offset, value, LITTLE)
      },
    }),
  },
  i32: {
    bytes: 4,
    access: (offset) => ({
      get() {
        return this.page.getInt32(this.at + offset, LITTLE)
      },
      set(value: number) {
        this.page.setInt32(this.at + offset, value, LITTLE)
      },
    }),
  },
  u32: { bytes: 4, access: uint32 },
  name: { bytes: 4, access: uint32 },
  address: { bytes: 4, access: uint32 },
  u16: {
    bytes: 2,
    access: (offset) => ({
      get() {
        return this.page.getUint16(this.at + offset, LITTLE)
      },
      set(value: number) {
        this.page.setUint16(this.at + offset, value, LITTLE)
      },
    }),
  },
  u8: {
    bytes: 1,
    access: (offset) => ({
      get() {
        return this.page.getUint8(this.at + offset)
      },
      set(value: number) {
        this.page.setUint8(this.at + offset, value)
      },
    }),
  },
  flag: {
    bytes: 1,
    access: (offset) => ({
      get() {
        return this.page.getUint8(this.at + offset) !== 0
      },
      set(value: boolean) {
        this.page.setUint8(this.at + offset, value ? 1 : 0)
      },
    }),
  },
}

function uint32(offset: number): PropertyDescriptor & ThisType<Place> {
  return {
    get() {
      return this.page.getUint32(this.at + offset, LITTLE)
    },
    set(value: number) {
      this.page.setUint32(this.at + offset, value, LITTLE)
    },
  }
}

/** What a row is by itself. */
type NotThere = { readonly [K in keyof Place]?: never }

/** Fields lie in the order given. */
export function layout<const F extends Fields>(fields: F & NotThere): Layout<Row<F>> {
  class PackedRow extends Place {}
  const names: number[] = []
  const addresses: number[] = []
  let offset = 0
  for (const [name, field] of Object.entries<Fields[string]>(fields)) {
    Object.defineProperty(PackedRow.prototype, name, accessTo(field, offset))
    if (field === 'name') names.push(offset)
    if (field === 'address') addresses.push(offset)
    offset += bytesOf(field)
  }
  const bytes = Math.ceil(offset / 4) * 4
  const row = (page: DataView, at: number) => new PackedRow(page, at) as unknown as Row<F>
  return { bytes, names, addresses, row, blank: () => row(new DataView(new ArrayBuffer(bytes)), 0) }
}

/** `length` numbers of 0 to 15, or of 0 to 2³² − 1. */
export function list(of: ListOf['list'], length: number): ListOf {
  return { list: of, length }
}

function bytesOf(field: Fields[string]): number {
  if (typeof field === 'string') return SCALARS[field].bytes
  if ('list' in field) return field.list === 'u4' ? Math.ceil(field.length / 2) : 4 * field.length
  return field.bytes
}

function accessTo(field: Fields[string], offset: number): PropertyDescriptor & ThisType<Place> {
  if (typeof field === 'string') return SCALARS[field].access(offset)
  if ('list' in field) {
    const { length } = field
    return field.list === 'u4'
      ? {
          get() {
            return new SmallNumbers(this.page, this.at + offset, length)
          },
        }
      : {
          get() {
            return new Numbers(this.page, this.at + offset, length)
          },
        }
  }
  return {
    get() {
      return field.row(this.page, this.at + offset)
    },
  }
}

abstract class Items extends Place implements List {
  declare readonly length: number

  constructor(page: DataView, at: number, length: number) {
    super(page, at)
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
