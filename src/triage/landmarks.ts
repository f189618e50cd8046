import type { BucketSpan } from '../domain/bucket.ts'
import { type Before, LANDMARKS_TOLD, type Landmark } from '../domain/landmark.ts'
import { compareObservations, type Observation } from '../domain/observation.ts'
import { type EpochMs, formatDuration, isoTime, parseTime, SECOND } from '../domain/time.ts'
import { count, shortened } from '../domain/words.ts'

/**
 * The newest landmarks among the rows of a host. An event whose own time lies elsewhere than its bucket was falsely dated, and is no
 * guide.
 *
 * @param fields name the values of the rows
 */
export function landmarksOf(rows: readonly Observation[], fields: readonly string[], span: BucketSpan): Landmark[] {
  const newest = rows
    .filter(({ last }) => last >= span.start && last < span.end)
    .sort((a, b) => b.last - a.last || compareObservations(a, b))
  const told = new Map<string, Landmark>()
  for (const row of newest) {
    const landmark = landmarkOf(row, fields)
    const key = JSON.stringify({ ...landmark, at: '', count: 0 })
    const newer = told.get(key)
    told.set(key, newer === undefined ? landmark : { ...newer, count: newer.count + row.count })
  }
  return [...told.values()].slice(0, LANDMARKS_TOLD)
}

/** An event may be of several categories: the first of these says what it was. */
const CATEGORIES = ['authentication', 'session', 'package', 'iam', 'driver', 'configuration', 'process']

function landmarkOf(row: Observation, fields: readonly string[]): Landmark {
  const value = (field: string) => row.values[fields.indexOf(field)] || undefined
  const categories = value('event.category')?.split(',') ?? []
  const category = CATEGORIES.find((one) => categories.includes(one)) ?? categories[0] ?? ''
  const id = value('user.id')
  const entered = value('user.effective.name')
  const user = value('user.name') ?? (id === undefined ? undefined : `uid:${id}`) ?? entered
  const process = value('process.name') ?? fileName(value('oddsock.program'))
  const name = value('auditd.data.unit') ?? value('user.target.name') ?? (entered === user ? undefined : entered)
  const source = value('source.ip')
  return {
    at: isoTime(row.last),
    action: value('event.action') ?? category,
    category,
    ...(user !== undefined && { user }),
    ...(process !== undefined && { process }),
    ...(name !== undefined && { name }),
    ...(source !== undefined && { source_ip: source }),
    count: row.count,
  }
}

/** Programs in user space that write audit records of their own tell their file alone. */
function fileName(program: string | undefined): string | undefined {
  return program?.slice(program.lastIndexOf('/') + 1)
}

/** So many are told in words. */
const SHOWN = 4

/** What happened before `first`, in words: what happens once before what happens all the time, and of the same the newest. */
export function beforeInWords({ landmarks, inDay }: Before, first: EpochMs): string {
  if (landmarks.length === 0)
    return inDay
      ? 'Nothing of the sort within the hour before: no login, no package, no service.'
      : 'The events of this host hold no logins, packages or services, not in the whole day before.'
  const said = new Set([...landmarks].sort((a, b) => a.count - b.count).map((one) => inWords(one, first)))
  const more = said.size - SHOWN
  return `Within the hour before: ${[...said].slice(0, SHOWN).join('; ')}${more > 0 ? `; and ${count(more)} more` : ''}.`
}

function inWords(landmark: Landmark, first: EpochMs): string {
  const since = first - parseTime(landmark.at)
  const ago = since < SECOND ? 'less than a second earlier' : `${formatDuration(since)} earlier`
  const often =
    landmark.count === 1 ? '' : landmark.count === 2 ? ' twice, last' : ` ${count(landmark.count)} times, last`
  const what = whatHappened(landmark)
  // "user id 1000 3 minutes earlier" would be hard to read.
  return `${what}${often}${often === '' && /user id \d+$/.test(what) ? ',' : ''} ${ago}`
}

function whatHappened({ action, category, user, process, name, source_ip }: Landmark): string {
  const who = name ?? user
  const by = user === undefined ? '' : ` by ${personOf(user)}`
  const tool = process === undefined ? '' : `\`${shortened(process)}\``
  if (category === 'authentication' || (category === 'session' && source_ip !== undefined))
    return `${personOf(who)} logged in${source_ip === undefined ? '' : ` from ${shortened(source_ip)}`}`
  if (category === 'session') {
    const other = user !== undefined && user !== who && !user.startsWith(UID) ? by : ''
    return `${tool || 'something'} opened a session for ${personOf(who)}${other}`
  }
  if (action === 'started-service' && name !== undefined) return `the service ${shortened(name)} started`
  if (category === 'process' && tool !== '' && action !== 'started-service') return `${tool} was run${by}`
  const deed = shortened(action.replaceAll(/[-_]+/g, ' '))
  return `${deed}${name === undefined ? '' : ` ${shortened(name)}`}${tool === '' ? '' : ` with ${tool}`}${by}`
}

const UID = 'uid:'

function personOf(user: string | undefined): string {
  if (user === undefined) return 'somebody'
  return user.startsWith(UID) ? `user id ${shortened(user.slice(UID.length))}` : shortened(user)
}
