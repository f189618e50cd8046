import type { EcsEvent } from '../../domain/event.ts'
import type { EpochMs } from '../../domain/time.ts'
import { auditLinesIn, TEXTS } from '../../formats/audit-log/lines-in-documents.ts'
import type { UnjoinedLines } from '../storage.ts'
import type { Dsl } from './compile-query.ts'
import type { Connection } from './connection.ts'
import { fieldTypes } from './index-fields.ts'
import { search } from './journal.ts'

/**
 * Raw audit lines in indices of others. An event is in several of their documents and none tells a job anything, so all that can be done
 * here is to say that they are there. The cluster looks for their words; whether it has found lines is seen on a few of each index.
 */

/** A shard that has found so many looks no further. */
const MOST_OF_A_SHARD = 1_000_000
const MOST_INDICES = 500
/** So many documents of an index speak for all. */
const SAMPLE = 5

/** Each raw line has these words, whatever stands around them: `type=SYSCALL msg=audit(1481077231.371:479): …`. */
const WORDS = 'type msg audit'
/** A keyword is asked for how it begins: its terms would all have to be gone through for more. */
const BEGINNINGS: readonly string[] = ['type=', 'node=']

/** Those of the time that a new job goes through. */
export async function unjoinedLines(connection: Connection, indices: string, from?: EpochMs): Promise<UnjoinedLines> {
  const should = conditionsOf(await fieldTypes(connection, indices, TEXTS))
  if (should.length === 0) return { count: 0, isMore: false, indices: [] }
  const time = from === undefined ? [] : [{ range: { '@timestamp': { gte: from, format: 'epoch_millis' } } }]
  // Auditbeat and Auditd Manager join the lines themselves, and may keep them as evidence.
  const joined = ['auditd.sequence', 'auditd.message_type'].map((field) => ({ exists: { field } }))
  const body = {
    size: 0,
    terminate_after: MOST_OF_A_SHARD,
    query: { bool: { filter: time, should, minimum_should_match: 1, must_not: joined } },
    aggs: {
      indices: { terms: { field: '_index', size: MOST_INDICES }, aggs: { sample: { top_hits: { size: SAMPLE } } } },
    },
  }
  const reply = (await search(connection, indices, body)) as Awaited<ReturnType<typeof search>> & Ended
  const found = (reply.aggregations?.indices as { buckets?: readonly Found[] } | undefined)?.buckets ?? []
  const raw = found.filter(({ sample }) => isRaw(sample.hits.hits.map(({ _source }) => _source)))
  return {
    count: raw.reduce((sum, { doc_count }) => sum + doc_count, 0),
    isMore: reply.terminated_early ?? false,
    indices: raw.map(({ key }) => key),
  }
}

interface Ended {
  readonly terminated_early?: boolean
}

interface Found {
  readonly key: string
  readonly doc_count: number
  readonly sample: { readonly hits: { readonly hits: readonly { readonly _source: EcsEvent }[] } }
}

/** A field of another type holds no lines; one that is a text here and a keyword there is asked in both ways, which hurts neither. */
function conditionsOf(types: ReadonlyMap<string, ReadonlySet<string>>): Dsl[] {
  return [...types].flatMap(([field, kinds]): Dsl[] => {
    if ([...kinds].some((kind) => !TEXT.has(kind) && !KEYWORD.has(kind))) return []
    const words = { match: { [field]: { query: WORDS, operator: 'and' } } }
    return [
      ...([...kinds].some((kind) => TEXT.has(kind)) ? [words] : []),
      ...([...kinds].some((kind) => KEYWORD.has(kind))
        ? BEGINNINGS.map((value) => ({ prefix: { [field]: { value } } }))
        : []),
    ]
  })
}

const TEXT: ReadonlySet<string> = new Set(['text', 'match_only_text'])
const KEYWORD: ReadonlySet<string> = new Set(['keyword', 'wildcard'])

/** Words of a log of something else may be the same. */
function isRaw(documents: readonly EcsEvent[]): boolean {
  return documents.filter((document) => auditLinesIn(document).length > 0).length * 2 > documents.length
}
