import { AppError } from '../domain/error.ts'

const UNITS: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ['KiB', 1024],
  ['MiB', 1024 ** 2],
  ['GiB', 1024 ** 3],
  ['TiB', 1024 ** 4],
])

/**
 * Reads a size in bytes: a number and a unit.
 *
 * @throws AppError SIZE_UNREADABLE
 * @example parseSize('64MiB') // 67108864
 */
export function parseSize(text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+)$/.exec(text.trim()) ?? []
  const factor = unit === undefined ? undefined : UNITS.get(unit)
  if (digits !== undefined && factor !== undefined) return Math.round(Number(digits) * factor)
  throw new AppError({
    message: `Cannot read size "${text}": expected a number and a unit`,
    code: 'SIZE_UNREADABLE',
    hint: 'Units are B, KiB, MiB, GiB and TiB: 64MiB.',
  })
}
