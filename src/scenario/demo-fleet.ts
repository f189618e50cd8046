import type { EpochMs } from '../domain/time.ts'
import { diaryOf } from './demo-fleet/diary.ts'
import { HOSTS, type Host } from './demo-fleet/hosts.ts'
import { auditLines } from './demo-fleet/write-audit.ts'
import { ecsLines } from './demo-fleet/write-ecs.ts'

/*
 * The demo fleet: two weeks of a small company's machines, made from a seed. In the usual hum of daemons, customers and
 * office hours stand five things to find (`demo-fleet/incidents.ts`). The same seed and start give the same bytes.
 *
 *   hosts + habits + rhythm ─┐
 *                            ├─▶ diary (what happened on a host) ─▶ write-audit · write-ecs (how its log tells it)
 *   incidents ───────────────┘
 */

/** A log file of the fleet; its lines are made while they are read, and may be read again. */
export interface DemoFile {
  /** Relative, the host's name as folder: `quay-web1/audit.log`. */
  readonly path: string
  readonly lines: Iterable<string>
}

/** Monday, 25 May 2026: a month ends after the first week, which is when its closing runs. */
export const DEMO_START: EpochMs = Date.UTC(2026, 4, 25)

/**
 * The files of the fleet, one a host: raw audit logs (plain, with `node=`, ENRICHED) and NDJSON in ECS (Auditd Manager,
 * Elastic Defend), about 130,000 events in all. `start` should be a midnight in UTC.
 */
export function demoFleet(seed = 1, start: EpochMs = DEMO_START): readonly DemoFile[] {
  return HOSTS.map((host) => demoFile(host, seed, start))
}

function demoFile(host: Host, seed: number, start: EpochMs): DemoFile {
  const isRaw = host.log.startsWith('audit-') || host.log === 'audit'
  const write = isRaw ? auditLines : ecsLines
  return {
    path: `${host.name}/${isRaw ? 'audit.log' : 'events.ndjson'}`,
    lines: { [Symbol.iterator]: () => write(host, diaryOf(host, start, seed), seed) },
  }
}
