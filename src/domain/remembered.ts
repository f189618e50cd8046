/**
 * A pure function of one text that remembers its answers to the last texts, at least `room` and at most twice as many: a fleet has
 * few paths and many events. Texts longer than `longest` are answered anew each time, so that memory has a bound.
 */
export function remembered<T>(answer: (text: string) => T, { room = 4096, longest = 512 } = {}): (text: string) => T {
  let young = new Map<string, T>()
  let old = new Map<string, T>()
  return (text) => {
    if (text.length > longest) return answer(text)
    let known = young.get(text)
    if (known !== undefined || young.has(text)) return known as T
    known = old.has(text) ? (old.get(text) as T) : answer(text)
    if (young.size >= room) {
      old = young
      young = new Map()
    }
    young.set(text, known)
    return known
  }
}
