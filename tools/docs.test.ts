import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { rebuild, Workplace } from './docs/rebuild.ts'
import { RUN_PAGES } from './docs/run-pages.ts'

const PAGES = [
  ...readdirSync('.').filter((name) => name.endsWith('.md')),
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

const workplace = new Workplace()
after(() => workplace.remove())

for (const page of RUN_PAGES)
  test(`${page} says what the program says today (else: npm run docs, and read the diff)`, async () => {
    const text = readFileSync(page, 'utf8')
    assert.equal(text, await rebuild(text, workplace))
  })

test('every page that shows a command with its output is run', () => {
  const shows = PAGES.filter((page) => /^```console$|^<!-- made: /m.test(readFileSync(page, 'utf8')))
  assert.deepEqual(shows.sort(), [...RUN_PAGES].filter((page) => shows.includes(page)).sort())
})

test('links of all pages lead to a file, and to a heading in it', () => {
  for (const page of PAGES)
    for (const { target, heading } of linksOf(page)) {
      assert.ok(existsSync(target), `${page} links to ${target}, which is not there`)
      if (heading)
        assert.ok(anchorsOf(target).includes(heading), `${page} links to ${target}#${heading}, which is not there`)
    }
})

test('the page of alert fields names every field of its example', () => {
  const page = readFileSync('docs/reference/alert-fields.md', 'utf8')
  const [table = '', example = ''] = page.split('<!-- made: alert-example -->')
  const alert = JSON.parse(/```json\n(.*?)\n```/s.exec(example)![1]!)
  const fields = [...Object.keys(alert), ...['oddsock', 'oddsock.evidence'].flatMap((path) => below(alert, path))]
  for (const field of fields) assert.ok(table.includes(`\`${field}\``), `${field} is not explained`)
})

test('each decision has a status, and its title in the index', () => {
  const index = readFileSync('docs/adr/README.md', 'utf8')
  for (const name of readdirSync('docs/adr').filter((one) => /^\d{4}-/.test(one))) {
    const [title = '', , status = ''] = readFileSync(`docs/adr/${name}`, 'utf8').split('\n')
    assert.match(status, /^Status: /, name)
    assert.ok(index.includes(`| [${title.replace('# ', '')}](${name}) |`), `${name} is not in the index`)
  }
})

test('the page of dependencies has a row for each direct one, and the number and licences of the lock file', () => {
  const page = readFileSync('docs/adr/dependencies.md', 'utf8')
  const [atRunTime = '', forDevelopment = ''] = page.split('## For development')
  const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
  const rows = (part: string) => [...part.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, names]) => names!.split(', '))
  const named = (all: object) => Object.keys(all).map((name) => `\`${name}\``)
  assert.deepEqual(rows(atRunTime).sort(), named(dependencies).sort())
  assert.deepEqual(rows(forDevelopment).sort(), named(devDependencies).sort())

  const locked = Object.entries<LockedPackage>(JSON.parse(readFileSync('package-lock.json', 'utf8')).packages)
  const needed = locked.filter(([path, { dev, devOptional, optional }]) => path && !dev && !devOptional && !optional)
  const licences = [...new Set(needed.map(([, { license }]) => license))].sort()
  const told = `${needed.length} packages in all, under ${licences.slice(0, -1).join(', ')} and ${licences.at(-1)}`
  assert.ok(page.includes(told), `the page does not say "${told}"`)
})

interface LockedPackage {
  readonly license: string
  /** Where npm would leave it out: without development, or where it does not fit the machine. */
  readonly dev?: boolean
  readonly devOptional?: boolean
  readonly optional?: boolean
}

function below(alert: Record<string, unknown>, path: string): string[] {
  const object = path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], alert)
  return Object.keys(object as object).map((key) => `${path}.${key}`)
}

function linksOf(page: string): { target: string; heading: string | undefined }[] {
  const text = readFileSync(page, 'utf8').replace(/^```.*?^```/gms, '')
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link]) => link!)
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [path, heading] = link.split('#')
      return { target: path ? join(dirname(page), path) : page, heading }
    })
}

/** The names that GitHub gives to headings. */
function anchorsOf(page: string): string[] {
  const headings = readFileSync(page, 'utf8').matchAll(/^#+ (.*)$/gm)
  return [...headings].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
