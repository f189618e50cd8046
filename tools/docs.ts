// Rewrites what is made in the pages of the docs: generated parts, and the output of the commands that they show. Read the diff
// before you commit it: a page is a claim.
// usage: npm run docs
import { readFileSync, writeFileSync } from 'node:fs'
import { rebuild, Workplace } from './docs/rebuild.ts'
import { RUN_PAGES } from './docs/run-pages.ts'

const workplace = new Workplace()
for (const page of RUN_PAGES) {
  const before = readFileSync(page, 'utf8')
  const after = await rebuild(before, workplace)
  if (after === before) continue
  writeFileSync(page, after)
  console.log(page)
}
workplace.remove()
