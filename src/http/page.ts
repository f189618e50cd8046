import { Hono } from 'hono'
import { type DurationMs, type EpochMs, SECOND } from '../domain/time.ts'
import { renderReport } from '../report/page.ts'
import { asksForPage } from './access.ts'
import type { ApiDeps } from './api-deps.ts'
import type { HttpEnv } from './http-env.ts'
import type { Operation } from './operation.ts'
import { reportFromStore } from './report-from-store.ts'

/** A page is good for so long; making it asks the store a few dozen questions. */
const GOOD_FOR: DurationMs = 10 * SECOND

/** What a page cannot say of itself: its own policy stands in it. */
const HEADERS = [
  ['content-security-policy', "frame-ancestors 'none'"],
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'no-referrer'],
  ['cache-control', 'no-store'],
] as const

export const PAGE_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/',
    summary: 'The report of the last seven days, for a browser (Accept: text/html)',
    replies: { 200: 'A page' },
    type: 'text/html',
  },
]

/** `/` for a browser: the report of the last seven days in the store, as `oddsock scan --html` would draw it. */
export function page(deps: ApiDeps): Hono<HttpEnv> {
  let made: { readonly at: EpochMs; readonly html: string } | undefined
  let making: Promise<string> | undefined
  const make = async () => {
    const html = renderReport(await reportFromStore(deps))
    made = { at: deps.now(), html }
    return html
  }
  return new Hono<HttpEnv>().get('/', async (c, next) => {
    if (!asksForPage(c.req.header('accept'))) return next()
    for (const [name, value] of HEADERS) c.header(name, value)
    if (made && Math.abs(deps.now() - made.at) < GOOD_FOR) return c.html(made.html)
    making ??= make().finally(() => {
      making = undefined
    })
    return c.html(await making)
  })
}
