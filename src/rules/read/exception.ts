import * as v from 'valibot'
import type { Problem } from '../../domain/error.ts'
import type { ExceptionItem } from '../../domain/exception.ts'
import type { Checked } from '../../domain/fault.ts'
import { parseTime } from '../../domain/time.ts'
import { check } from './checked.ts'
import type { Located } from './located.ts'

/** An exception item and the list that it belongs to, by which rules refer to it. */
export interface ListedException {
  readonly list_id: string
  readonly item: ExceptionItem
}

/** Reads one exception item as Kibana exports it. Entries of type `nested` cannot be judged on rows and are refused. */
export function readException(located: Located, file: string): Checked<ListedException, Problem> {
  const { value, problems } = check(EXCEPTION, located, file, 'load exception', 'EXCEPTION')
  if (value === undefined) return { value, problems }
  const { list_id, expire_time, ...item } = value
  const expires = expire_time === undefined ? {} : { expire_time: parseTime(expire_time) }
  return { value: { list_id, item: { ...item, ...expires } }, problems: [] }
}

const text = v.pipe(v.string('a text'), v.nonEmpty('a text that is not empty'))
const operator = v.picklist(['included', 'excluded'], '"included" or "excluded"')
const common = { field: text, operator }

const entry = v.variant(
  'type',
  [
    v.object({ type: v.literal('match'), ...common, value: v.string('a text') }),
    v.object({ type: v.literal('match_any'), ...common, value: v.array(v.string('a text'), 'a list of texts') }),
    v.object({ type: v.literal('wildcard'), ...common, value: v.string('a pattern') }),
    v.object({ type: v.literal('exists'), ...common }),
    v.object({
      type: v.literal('list'),
      ...common,
      list: v.object({ id: text, type: text }, 'a table with id and type'),
    }),
  ],
  'match, match_any, wildcard, exists or list',
)

const EXCEPTION = v.object(
  {
    list_id: text,
    item_id: text,
    name: v.optional(v.string('a text'), ''),
    description: v.exactOptional(v.string('a text')),
    entries: v.pipe(v.array(entry, 'a list of entries'), v.nonEmpty('at least one entry')),
    expire_time: v.exactOptional(
      v.pipe(
        v.string('a time'),
        v.check((time) => !Number.isNaN(parseTime(time)), 'a time such as 2026-03-02T10:00:00Z'),
      ),
    ),
    tags: v.exactOptional(v.array(v.string('a text'), 'a list of texts')),
  },
  'a table',
)
