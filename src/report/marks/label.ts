import { visible } from '../visible.ts'

/** Pixels of a character in labels of 12 px, rather too many than too few: capitals and other scripts take more. */
const NARROW = 6.7
const WIDE = 12
const IS_NARROW = /[a-z0-9 !"'(),./:;|_-]/
const IS_BROAD = /[mw]/

/** A text of a host that keeps within `room` pixels: safe to print, without its middle if it is long. */
export function fitted(text: string, room: number): string {
  const most = Math.floor(room / NARROW)
  for (let limit = most; limit > 3; limit--) {
    const shown = visible(text, limit)
    if (pixelsOf(shown) <= room) return shown
  }
  return visible(text, 3)
}

function pixelsOf(text: string): number {
  let pixels = 0
  for (const character of text) pixels += IS_NARROW.test(character) && !IS_BROAD.test(character) ? NARROW : WIDE
  return pixels
}
