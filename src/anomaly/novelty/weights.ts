/**
 * Weights and caps of the score, in nats (detection-design §7, v3 §1). They were rounded when found, and none is critical
 * (ablations in detection-design §11, v3 §3); the attack shares beside each shape term are the only expert knowledge.
 */
export const WEIGHTS = {
  unknownEndpoint: 1.25,
  newRange: 0.8,
  newPort: 0.25,
  knownEndpoint: 0.1,
  internal: 0.6,
  directory: 0.75,
  newDirectory: 0.75,
  localTool: 0.75,
  hour: 0.5,
  port: 0.4,
  reach: 0.75,
} as const

export const CAPS = {
  program: 8,
  unknownEndpoint: 8,
  newRange: 8,
  newPort: 6,
  internal: 8,
  review: 8,
  persistence: 3,
} as const

/** Shape and persistence count only as far as something is new: fully from these values on (v3 §7). */
export const GATE = { program: 4, review: 4, peer: 6, range: 0.64 } as const
