import { type EpochMs, HOUR } from '../domain/time.ts'
import type { HostWalk } from './scan.ts'

/** A host is called silent when it sent nothing for the last so much of the scanned time, and had sent regularly before. */
const SILENT_AFTER = 6 * HOUR

/** Since when a host has been silent at the end of a scan; undefined if it was heard, or was never regular. */
export function silentSince(host: HostWalk, end: EpochMs): EpochMs | undefined {
  const pause = (host.last - host.first) / Math.max(1, host.activity.size)
  return end - host.last > SILENT_AFTER && pause < SILENT_AFTER / 2 ? host.last : undefined
}
