import type { EcsEvent } from '../../src/domain/event.ts'
import { text } from '../../src/domain/field.ts'
import { ownKeyOf } from '../../src/domain/identity.ts'
import { REVISION } from '../../src/domain/stamps.ts'
import { auditLog } from '../../src/formats/audit-log/index.ts'

/** What became of a log: texts that name events. */
export interface LogDelivery {
  readonly lost: readonly string[]
  readonly doubled: readonly string[]
  readonly foreign: readonly string[]
  /** Told, but not with all of its lines: `name: 2 of 3`. */
  readonly incomplete: readonly string[]
}

/** For each event of a whole log, by its key, of how many lines it is made. */
export function eventsOfLog(host: string, lines: readonly string[]): ReadonlyMap<number, number> {
  const found = new Map<number, number>()
  const reader = auditLog.decoder(
    { host },
    {
      event: (event, _from, _to, records = Number.NaN) => void found.set(ownKeyOf(event) ?? Number.NaN, records),
      reject: ({ reason, raw }) => {
        throw new Error(`A line of our own making is rejected: ${reason}: ${raw}`)
      },
    },
  )
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
  reader.lines(bytes, 0, bytes.length, 0)
  reader.end()
  return found
}

/**
 * An event may be stored several times, each time with more of its lines, and the last time with all of them: that is once. With as
 * many lines as before it is a copy.
 *
 * @param written key of each event of all logs → its lines
 */
export function compareLogs(stored: readonly EcsEvent[], written: ReadonlyMap<number, number>): LogDelivery {
  const most = new Map<number, { readonly name: string; readonly records: number }>()
  const doubled: string[] = []
  for (const event of stored) {
    const key = ownKeyOf(event) ?? Number.NaN
    const records = Number(event[REVISION])
    const name = `${text(event, 'host.name')} ${text(event, '@timestamp')} ${text(event, 'event.sequence')}`
    if (records <= (most.get(key)?.records ?? 0)) doubled.push(name)
    else most.set(key, { name, records })
  }
  const lost = [...written.keys()].filter((key) => !most.has(key)).map((key) => `key ${key}`)
  const foreign = [...most].filter(([key]) => !written.has(key)).map(([, { name }]) => name)
  const incomplete = [...most].flatMap(([key, { name, records }]) => {
    const all = written.get(key)
    return all !== undefined && records !== all ? [`${name}: ${records} of ${all}`] : []
  })
  return { lost, doubled, foreign, incomplete }
}
