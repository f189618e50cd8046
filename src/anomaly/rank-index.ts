import { grown } from './grown.ts'

/**
 * A multiset of numbers that answers, in O(log n): how many, and what sum, lie up to a value; who is next above; who is k-th.
 * Equal numbers are one node with a multiplicity, so ties stay exact.
 *
 * It is a treap whose priorities are hashes of the numbers themselves: the shape follows from the content alone, whatever the order
 * in which it came. Hence floating-point sums, which depend on the shape, are the same bit for bit after a restore.
 */
export class RankIndex {
  #root = 0
  #free = 0
  #used = 1
  // Node 0 stands for "none". 36 bytes a node.
  #key = new Float64Array(16)
  #sum = new Float64Array(16)
  #copies = new Uint32Array(16)
  #count = new Uint32Array(16)
  #priority = new Uint32Array(16)
  #left = new Uint32Array(16)
  #right = new Uint32Array(16)

  /** How many numbers there are, copies included. */
  get count(): number {
    return this.#count[this.#root]!
  }

  get sum(): number {
    return this.#sum[this.#root]!
  }

  add(key: number): void {
    this.#root = this.#add(this.#root, key, hashOf(key))
  }

  /** Takes out one copy. @throws RangeError when there is none */
  remove(key: number): void {
    this.#root = this.#remove(this.#root, key)
  }

  /** Sum of all numbers ≤ `limit`. */
  sumThrough(limit: number): number {
    let sum = 0
    for (let node = this.#root; node !== 0; ) {
      if (this.#key[node]! <= limit) {
        sum += this.#sum[this.#left[node]!]! + this.#copies[node]! * this.#key[node]!
        node = this.#right[node]!
      } else node = this.#left[node]!
    }
    return sum
  }

  /** The largest number < `limit`; undefined if there is none. */
  below(limit: number): number | undefined {
    let found: number | undefined
    for (let node = this.#root; node !== 0; ) {
      if (this.#key[node]! < limit) {
        found = this.#key[node]!
        node = this.#right[node]!
      } else node = this.#left[node]!
    }
    return found
  }

  /** The smallest number ≥ `limit`; undefined if there is none. */
  from(limit: number): number | undefined {
    let found: number | undefined
    for (let node = this.#root; node !== 0; ) {
      if (this.#key[node]! >= limit) {
        found = this.#key[node]!
        node = this.#left[node]!
      } else node = this.#right[node]!
    }
    return found
  }

  /** The number with `place` numbers before it in ascending order. @throws RangeError beyond the last */
  at(place: number): number {
    let rest = place
    for (let node = this.#root; node !== 0; ) {
      const before = this.#count[this.#left[node]!]!
      if (rest < before) node = this.#left[node]!
      else if (rest < before + this.#copies[node]!) return this.#key[node]!
      else {
        rest -= before + this.#copies[node]!
        node = this.#right[node]!
      }
    }
    throw new RangeError(`Cannot find number ${place} of ${this.count}`)
  }

  #add(node: number, key: number, priority: number): number {
    if (node === 0) return this.#create(key, priority)
    if (key === this.#key[node]!) {
      this.#copies[node]! += 1
      return this.#refresh(node)
    }
    if (key < this.#key[node]!) {
      const child = this.#add(this.#left[node]!, key, priority)
      this.#left[node] = child
      return this.#above(child, node) ? this.#rotateRight(node) : this.#refresh(node)
    }
    const child = this.#add(this.#right[node]!, key, priority)
    this.#right[node] = child
    return this.#above(child, node) ? this.#rotateLeft(node) : this.#refresh(node)
  }

  #remove(node: number, key: number): number {
    if (node === 0) throw new RangeError(`Cannot take out ${key}: it is not in the index`)
    if (key < this.#key[node]!) this.#left[node] = this.#remove(this.#left[node]!, key)
    else if (key > this.#key[node]!) this.#right[node] = this.#remove(this.#right[node]!, key)
    else if (this.#copies[node]! > 1) this.#copies[node]! -= 1
    else {
      const rest = this.#join(this.#left[node]!, this.#right[node]!)
      this.#left[node] = this.#free
      this.#free = node
      return rest
    }
    return this.#refresh(node)
  }

  /** Joins two trees, all of `left` being smaller. */
  #join(left: number, right: number): number {
    if (left === 0) return right
    if (right === 0) return left
    if (this.#above(left, right)) {
      this.#right[left] = this.#join(this.#right[left]!, right)
      return this.#refresh(left)
    }
    this.#left[right] = this.#join(left, this.#left[right]!)
    return this.#refresh(right)
  }

  #rotateRight(node: number): number {
    const top = this.#left[node]!
    this.#left[node] = this.#right[top]!
    this.#right[top] = this.#refresh(node)
    return this.#refresh(top)
  }

  #rotateLeft(node: number): number {
    const top = this.#right[node]!
    this.#right[node] = this.#left[top]!
    this.#left[top] = this.#refresh(node)
    return this.#refresh(top)
  }

  /** Whether `a` belongs above `b`: by hash, then by key, so that no two nodes are equal. */
  #above(a: number, b: number): boolean {
    const difference = this.#priority[a]! - this.#priority[b]!
    return difference === 0 ? this.#key[a]! > this.#key[b]! : difference > 0
  }

  #refresh(node: number): number {
    const left = this.#left[node]!
    const right = this.#right[node]!
    this.#sum[node] = this.#sum[left]! + this.#copies[node]! * this.#key[node]! + this.#sum[right]!
    this.#count[node] = this.#count[left]! + this.#copies[node]! + this.#count[right]!
    return node
  }

  #create(key: number, priority: number): number {
    let node = this.#free
    if (node !== 0) this.#free = this.#left[node]!
    else {
      node = this.#used++
      this.#grow()
    }
    this.#key[node] = key
    this.#priority[node] = priority
    this.#copies[node] = 1
    this.#left[node] = 0
    this.#right[node] = 0
    return this.#refresh(node)
  }

  #grow(): void {
    this.#key = grown(this.#key, this.#used)
    this.#sum = grown(this.#sum, this.#used)
    this.#copies = grown(this.#copies, this.#used)
    this.#count = grown(this.#count, this.#used)
    this.#priority = grown(this.#priority, this.#used)
    this.#left = grown(this.#left, this.#used)
    this.#right = grown(this.#right, this.#used)
  }
}

const bits = new DataView(new ArrayBuffer(8))

/** 32 well-mixed bits of a number's own bits (the finaliser of MurmurHash3, Austin Appleby, public domain). */
function hashOf(key: number): number {
  bits.setFloat64(0, key)
  let hash = Math.imul(bits.getUint32(0), 0x9e3779b1) ^ bits.getUint32(4)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
