/**
 * A value of JSON as text that is the same however the fields of its objects are ordered, and another one for any other value. Lengths
 * stand before what they are of, so that nothing has to be escaped: it is made for each document that comes in, and only hashed.
 *
 * @param value nested no deeper than recursion may go
 * @example sortedText({ b: 1, a: 'x' }) // '{2:1:a"1:x1:b1;'
 */
export function sortedText(value: unknown): string {
  if (typeof value === 'string') return `"${value.length}:${value}`
  if (typeof value !== 'object' || value === null) return `${value};`
  if (Array.isArray(value)) {
    let text = `[${value.length}:`
    for (const item of value) text += sortedText(item)
    return text
  }
  const names = sortedNames(value)
  let text = `{${names.length}:`
  for (const name of names) text += `${name.length}:${name}${sortedText((value as Record<string, unknown>)[name])}`
  return text
}

/** Objects of logs have a few fields, and those of most senders come in their order: then this is a third of what sorting costs. */
function sortedNames(value: object): string[] {
  const names = Object.keys(value)
  if (names.length > FEW) return names.sort()
  for (let i = 1; i < names.length; i++) {
    const name = names[i]!
    let at = i
    for (; at > 0 && names[at - 1]! > name; at--) names[at] = names[at - 1]!
    names[at] = name
  }
  return names
}

const FEW = 20
