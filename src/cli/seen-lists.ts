import type { JobOutcome } from '../app/scan.ts'
import { isToldElsewhere } from '../domain/untold.ts'
import { count, counted, enumerated } from '../domain/words.ts'
import { visible } from '../report/visible.ts'
import { isOddAtSight } from '../triage/at-sight.ts'
import type { SeenValue } from '../triage/history.ts'
import type { Terminal } from './terminal.ts'

/** So many of each list. */
const LISTED = 10

/**
 * Programs in odd places, the rarest first; some were there before the data began.
 *
 * @param listed those that another list has named
 */
export async function printAtSight(
  { history, buckets, records }: JobOutcome,
  listed: ReadonlySet<string>,
  terminal: Terminal,
): Promise<void> {
  const isTold = ({ record }: (typeof records)[number]) => record.oddsock?.shown || isToldElsewhere(record)
  const told = new Set(records.filter(isTold).map(({ record }) => record.by_field_value))
  const odd = history
    .rarest('programs', Number.POSITIVE_INFINITY)
    .filter(({ value }) => isOddAtSight(value) && !told.has(value) && !listed.has(value))
  if (odd.length === 0) return
  await terminal.out('\nIn odd places, whatever was seen before (observations, not alerts):')
  for (const one of odd.slice(0, LISTED)) await terminal.out(lineOf(one, buckets))
  if (odd.length > LISTED) terminal.note(`${count(odd.length - LISTED)} more are not listed`)
}

/** Too short a history for alerts still shows what is seldom in it. */
export async function printRarest({ history, buckets }: JobOutcome, terminal: Terminal): Promise<void> {
  for (const of of ['programs', 'peers'] as const) {
    const rarest = history.rarest(of, LISTED)
    if (rarest.length > 0) await terminal.out(`\nRarest ${of} (observations, not alerts):`)
    for (const one of rarest) await terminal.out(lineOf(one, buckets))
  }
}

function lineOf({ value, seen }: SeenValue, buckets: number): string {
  const hosts = enumerated(
    seen.hosts.map((host) => visible(host, 40)),
    3,
  )
  return `  ${visible(value, 60)}  in ${count(seen.buckets)} of ${counted(buckets, 'interval')}, ${counted(seen.events, 'event')}, on ${hosts}`
}
