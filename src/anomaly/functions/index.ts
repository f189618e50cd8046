import type { DetectorFunction } from './function.ts'
import { rare } from './rare.ts'

/** Every detector function there is, by name. */
export const FUNCTIONS: ReadonlyMap<string, DetectorFunction> = new Map(
  [rare as DetectorFunction].map((fn) => [fn.name, fn]),
)
