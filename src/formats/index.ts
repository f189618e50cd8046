import { auditLog } from './audit-log/index.ts'
import { ecsJson } from './ecs-json/index.ts'
import type { Format } from './format.ts'

/** All formats, in the order in which they are asked whether they know an input. */
export const FORMATS: readonly Format[] = [ecsJson, auditLog]

/** The format that is surest about the head of an input; undefined if none knows it. */
export function recognise(head: Buffer): Format | undefined {
  let best: Format | undefined
  let sureness = 0
  for (const format of FORMATS) {
    const mine = format.recognise(head)
    if (mine > sureness) [best, sureness] = [format, mine]
  }
  return best
}
