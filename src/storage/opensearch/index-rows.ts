import type { Datafeed } from '../../datafeed/datafeed.ts'
import { rowOf } from '../../datafeed/observe.ts'
import { derivedFrom, deriveFields, isOurs } from '../../domain/derive.ts'
import type { EcsEvent, Place } from '../../domain/event.ts'
import { textKey } from '../../domain/key.ts'
import { EVENTS_KEPT, type Observation } from '../../domain/observation.ts'
import type { EpochMs } from '../../domain/time.ts'
import type { Dsl } from './compile-query.ts'
import { HOSTS_PATH, hostParts } from './host-parts.ts'
import type { MappedField } from './index-fields.ts'
import type { SearchReply } from './journal.ts'

/**
 * Rows of somebody else's indices. What a job groups by may not stand in them: a program is told from executable and arguments.
 * So the cluster groups by all that its rows are made of, as one text that a script joins of the columns, and sends the first event
 * of each group along; the fields are derived from that here, and groups that come out alike are made one row.
 */

/** For each page the cluster goes through all documents of a part again (`host-parts.ts`), which a part seldom needs. */
const GROUPS_A_PAGE = 5000

/** Words of a command line tell something of interpreters alone, of others only the first; of most programs they are new each time. */
const WORDS: readonly string[] = ['process.args', 'process.command_line', 'process.title']

/** Beginnings of the names of interpreters, and more: a group too many does no harm. */
const INTERPRETERS: readonly string[] = [
  ...[
    'python',
    'pypy',
    'perl',
    'ruby',
    'node',
    'php',
    'java',
    'lua',
    'bun',
    'deno',
    'tcl',
    'wish',
    'expect',
    'Rscript',
  ],
  ...[
    'sh',
    'bash',
    'dash',
    'zsh',
    'ksh',
    'mksh',
    'fish',
    'ash',
    'busybox',
    'awk',
    'gawk',
    'mawk',
    'pwsh',
    'dotnet',
    'mono',
  ],
]

/** The fields that an event of these indices must bring for a row of this datafeed. */
export function sourcesOf(feed: Datafeed): string[] {
  return [...new Set([...derivedFrom(feed.fields), ...feed.fields.filter((field) => !isOurs(field))])]
}

/**
 * Joins the columns of a document: the values of each field, and what is missing told apart from what is empty. The words of a
 * command line count where `words` says so, or where the program is an interpreter. A keyword that is too long for its mapping stands
 * in no column, which is how a program might hide: of fields that tell the program, the document itself is asked.
 */
const GROUP_SCRIPT = `
void values(StringBuilder key, def value) {
  if (value instanceof List) for (def each : value) values(key, each);
  else if (value != null) key.append((char) 1).append(value.toString());
}
void inside(StringBuilder key, def node, String path) {
  if (node instanceof List) for (def each : node) inside(key, each, path);
  if (!(node instanceof Map)) return;
  if (node.containsKey(path)) values(key, node[path]);
  int dot = path.indexOf('.');
  while (dot >= 0) {
    String head = path.substring(0, dot);
    if (node.containsKey(head)) inside(key, node[head], path.substring(dot + 1));
    dot = path.indexOf('.', dot + 1);
  }
}
void column(StringBuilder key, def doc, def source, String field) {
  key.append((char) 0);
  if (doc.containsKey(field) && doc[field].size() > 0) values(key, doc[field]);
  else if (source != null) inside(key, source, field);
}
boolean words = params.words;
for (String field : params.program) {
  if (words || !doc.containsKey(field)) continue;
  for (def value : doc[field]) {
    String name = value.toString();
    name = name.substring(name.lastIndexOf('/') + 1);
    if (name.startsWith('-')) name = name.substring(1);
    for (String beginning : params.interpreters) if (name.startsWith(beginning)) words = true;
  }
}
StringBuilder key = new StringBuilder();
for (String field : params.fields) column(key, doc, params.program.contains(field) ? params._source : null, field);
if (words) for (String field : params.wordFields) column(key, doc, params._source, field);
else if (params.argv0) {
  StringBuilder args = new StringBuilder();
  inside(args, params._source, 'process.args');
  int second = args.indexOf(String.valueOf((char) 1), 1);
  if (second > 0) args.setLength(second);
  if (args.length() == 0) {
    for (String field : params.wordFields) column(args, doc, params._source, field);
    int space = args.indexOf(' ');
    if (space > 0 && args.indexOf('"') < 0 && args.indexOf("'") < 0 && args.indexOf('\\\\') < 0) args.setLength(space);
  }
  key.append((char) 0).append(args);
}
return key.toString();
`

/** The grouping of a datafeed, as the cluster is asked for it. */
export function groupsBody(feed: Datafeed, query: Dsl, fieldOf: (field: string) => MappedField, after?: Dsl): Dsl {
  const sources = sourcesOf(feed)
  const grouping = (fields: readonly string[]) =>
    fields
      .map(fieldOf)
      .filter(({ groups }) => groups)
      .map(({ name }) => name)
  const params = {
    words: WORDS.some((field) => feed.fields.includes(field)),
    interpreters: INTERPRETERS,
    fields: grouping(sources.filter((field) => !WORDS.includes(field))),
    argv0: feed.fields.includes('oddsock.argv0'),
    program: grouping(['process.executable', 'process.name']),
    wordFields: grouping(WORDS),
  }
  const group = { terms: { script: { lang: 'painless', source: GROUP_SCRIPT, params } } }
  const sort = byTime()
  return {
    size: 0,
    track_total_hits: false,
    query,
    aggs: {
      groups: {
        composite: { size: GROUPS_A_PAGE, sources: [{ group }], ...(after && { after }) },
        aggs: {
          last: { max: { field: '@timestamp' } },
          first: { top_hits: { size: 1, sort, _source: sources } },
          events: { top_hits: { size: EVENTS_KEPT, sort, _source: false } },
        },
      },
    },
  }
}

export interface IndexHit {
  readonly _index: string
  readonly _id: string
  readonly _source?: EcsEvent
  readonly sort: readonly [EpochMs, ...unknown[]]
}

interface Page {
  readonly after_key?: Dsl
  readonly buckets: readonly {
    readonly doc_count: number
    readonly last: { readonly value: EpochMs }
    readonly first?: { readonly hits: { readonly hits: readonly [{ readonly _source?: EcsEvent }] } }
    readonly events: { readonly hits: { readonly hits: readonly IndexHit[] } }
  }[]
}

/** Documents in the order of a time. An index in which nothing has ever had this field knows no type of it. */
export function byTime(field = '@timestamp'): Dsl[] {
  return [{ [field]: { order: 'asc', numeric_type: 'date', unmapped_type: 'date' } }]
}

/** The parts of a reply that are read; nothing else need travel. */
export const GROUPS_PATH = [
  '_shards.failed',
  'timed_out',
  HOSTS_PATH,
  'aggregations.groups.after_key',
  ...[
    'doc_count',
    'last.value',
    'first.hits.hits._source',
    ...['_index', '_id', 'sort'].map((part) => `events.hits.hits.${part}`),
  ].map((part) => `aggregations.groups.buckets.${part}`),
].join()

/** All groups as rows, in no particular order; the same row may come more than once. */
export async function* readGroups(
  feed: Datafeed,
  query: Dsl,
  fieldOf: (field: string) => MappedField,
  search: (body: Dsl) => Promise<SearchReply>,
): AsyncGenerator<Observation> {
  for await (const part of hostParts(query, fieldOf('host.name'), search)) yield* groupsOf(feed, part, fieldOf, search)
}

async function* groupsOf(
  feed: Datafeed,
  query: Dsl,
  fieldOf: (field: string) => MappedField,
  search: (body: Dsl) => Promise<SearchReply>,
): AsyncGenerator<Observation> {
  let after: Dsl | undefined
  do {
    const page = (await search(groupsBody(feed, query, fieldOf, after))).aggregations?.groups as Page | undefined
    for (const { doc_count, last, first, events } of page?.buckets ?? []) {
      // An event that holds none of these fields has no source left, and a path of empty objects is not sent at all.
      yield {
        values: valuesOf(feed, first?.hits.hits[0]._source ?? {}),
        count: doc_count,
        first: events.hits.hits[0]!.sort[0],
        last: Math.floor(last.value),
        events: events.hits.hits.map(placeOf),
      }
    }
    after = page?.buckets.length === GROUPS_A_PAGE ? page.after_key : undefined
  } while (after !== undefined)
}

/** The query was asked already; here is only what is left of the event. */
function valuesOf(feed: Datafeed, event: EcsEvent): readonly (string | null)[] {
  return rowOf({ ...feed, query: { kind: 'all' } }, deriveFields(event))!.values
}

/**
 * Where an event of an index stands: its time, and a hash of its `_index` and `_id`. It can be found again by these, whenever and
 * by whomever.
 */
export function placeOf({ _index, _id, sort }: IndexHit): Place {
  return { input: 0, from: sort[0], to: textKey(`${_index}\0${_id}`) }
}
