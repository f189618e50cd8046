import assert from 'node:assert/strict'
import { ACTING } from '../testing/hostile.ts'
import { type Element, elements, everyElement, readMarkup } from '../testing/markup.ts'
import type { Mark } from './mark.ts'

/** Attributes that hold a coordinate or a length. */
const NUMERIC = new Set(['x', 'y', 'x1', 'x2', 'y1', 'y2', 'cx', 'cy', 'r', 'width', 'height'])
/** A cell may stick out by half of itself: those that are wider than their stretch of time, so that they are seen. */
const TOLERANCE = 3.5

/** The contract of a mark, whatever its data: reads the drawing back and checks what must hold. */
export function readSvg(svg: string): Element {
  const [root] = readMarkup(svg).children as [Element]
  assert.equal(root.name, 'svg')
  assert.equal(root.attributes.get('role'), 'img')
  const [title, desc] = root.children
  assert.equal(title?.name, 'title')
  assert.notEqual(title?.text, '')
  const named = root.attributes.get('aria-labelledby')!.split(' ')
  assert.deepEqual(
    named,
    [title, ...(desc?.name === 'desc' ? [desc] : [])].map((one) => one!.attributes.get('id')),
  )
  for (const element of everyElement(root)) checkNumbers(element, root)
  assert.doesNotMatch(svg, ACTING)
  assert.doesNotMatch(svg, /NaN|Infinity|undefined|null|\[object/)
  assert.ok(elements(root, 'rect').length <= 400 * 60, 'at most 400 × 60 rectangles')
  return root
}

/** `readSvg` of a mark, with its description, notes and table. */
export function readMark(mark: Mark): Element {
  const root = readSvg(String(mark.svg))
  assert.equal(root.children[1]?.name, 'desc')
  assert.match(root.children[1]!.text, /\.$/)
  const { columns, rows, others } = mark.table
  for (const row of rows) assert.equal(row.length, columns.length)
  assert.ok(Number.isInteger(others) && others >= 0)
  assert.doesNotMatch(JSON.stringify([mark.notes, mark.table]), /NaN|Infinity|undefined|null|\[object/)
  return root
}

function checkNumbers({ name, attributes }: Element, root: Element): void {
  const numbers = [...attributes].filter(([key]) => NUMERIC.has(key))
  for (const [key, value] of numbers) assert.match(value, /^-?\d+(\.\d{1,2})?$/, `${name} ${key}`)
  if (attributes.has('d'))
    assert.match(attributes.get('d')!, /^(?:[MLHVhvlz](?:-?\d+(?:\.\d+)?)?(?:[ -]-?\d+(?:\.\d+)?)*)*$/)
  if (name !== 'rect') return
  const [x, y, width, height] = ['x', 'y', 'width', 'height'].map((key) => Number(attributes.get(key) ?? 0)) as [
    number,
    number,
    number,
    number,
  ]
  const [right, bottom] = [Number(root.attributes.get('width')), Number(root.attributes.get('height'))]
  assert.ok(width >= 0 && height >= 0, `a rectangle of ${width} × ${height}`)
  assert.ok(x >= -TOLERANCE && x + width <= right + TOLERANCE, `from ${x} to ${x + width} of ${right}`)
  assert.ok(y >= 0 && y + height <= bottom, `from ${y} to ${y + height} of ${bottom}`)
}
