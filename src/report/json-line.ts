/** What JSON lets through as it is and a terminal or an editor acts on: delete, C1 controls, direction marks and other format characters, line separators. */
const ACTING = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu

/** A value as one line of JSON in which no character acts. It reads back as it was. */
export function jsonLine(value: unknown): string {
  return harmless(JSON.stringify(value))
}

/** JSON in which no character acts; it means the same. */
export function harmless(json: string): string {
  return json.replace(ACTING, escaped)
}

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, i) => unit(character.charCodeAt(i))).join('')
}

/** A code unit as `\uXXXX`. */
function unit(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`
}
