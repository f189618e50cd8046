import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Browser, chromium, type Page } from 'playwright-core'
import { demo } from './demo.ts'
import { scan } from './scan.ts'

/** Debian's Chromium; the browsers that test tools download are not to be had everywhere. */
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The page of one job is the demo's own; this is that of two. */
const JOBS = ['linux_novel_network_activity', 'linux_anomalous_network_activity']

/** Runs in the page, so it is no TypeScript: this project does without the types of browsers. */
const LAYOUT_TROUBLE = new URL('testing/layout-trouble.js', import.meta.url)

describe('the report of a scan in a real browser', () => {
  let folder: string
  let browser: Browser

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'oddsock-report-'))
    const silent = { write: () => true, isTTY: false, once: () => silent } as unknown as NodeJS.WriteStream
    const io = { stdin: process.stdin, stdout: silent, stderr: silent, env: {} }
    await demo({ seed: 1, folder }, io)
    await scan([join(folder, 'logs')], { job: JOBS, profile: 'recommended', html: join(folder, 'jobs.html') }, io)
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
  })

  after(async () => {
    await browser?.close()
    await rm(folder, { recursive: true, force: true })
  })

  /** Opens the report and notes what it asks for and complains about. */
  async function open(
    colorScheme: 'light' | 'dark',
    { bypassCSP = false, name = 'report.html' } = {},
  ): Promise<{ page: Page; complaints: string[] }> {
    const context = await browser.newContext({ colorScheme, bypassCSP })
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('request', (request) => {
      if (!request.url().startsWith('file:')) complaints.push(`asked for ${request.url()}`)
    })
    await page.goto(`file://${join(folder, name)}`)
    return { page, complaints }
  }

  /** What the rules of axe find wrong. */
  async function violations({ page }: { readonly page: Page }): Promise<string[]> {
    await page.addScriptTag({
      content: await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'),
    })
    return page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
      }
      return (await axe.run()).violations.map(
        ({ id, nodes }) =>
          `${id}: ${nodes
            .slice(0, 3)
            .map((node) => node.html.slice(0, 120))
            .join(' · ')}`,
      )
    })
  }

  for (const scheme of ['light', 'dark'] as const) {
    test(`asks for nothing, complains about nothing and shows its first finding (${scheme})`, async () => {
      const { page, complaints } = await open(scheme)
      assert.deepEqual(complaints, [])
      const first = page.getByRole('article').first()
      assert.match(await first.innerText(), /used the network/)
      for (const summary of await first.locator('summary').all()) await summary.click()
      assert.match(await first.innerText(), /was never seen in the fleet/)
      assert.match(await first.innerText(), /@timestamp/)
    })

    test(`passes the accessibility rules of axe (${scheme})`, async () => {
      assert.deepEqual(await violations(await open(scheme, { bypassCSP: true })), [])
    })
  }

  for (const width of [1200, 500])
    test(`lets no words overlap or be cut off at ${width} pixels`, async () => {
      const { page } = await open('light')
      await page.setViewportSize({ width, height: 1000 })
      assert.deepEqual(await page.evaluate(await readFile(LAYOUT_TROUBLE, 'utf8')), [])
    })

  test('of two jobs says of each alert which one it is of, as easy to read', async () => {
    const opened = await open('light', { bypassCSP: true, name: 'jobs.html' })
    assert.deepEqual(await violations(opened), [])
    const { page } = opened
    for (const width of [1200, 500]) {
      await page.setViewportSize({ width, height: 1000 })
      assert.deepEqual(await page.evaluate(await readFile(LAYOUT_TROUBLE, 'utf8')), [])
    }
    const headers = await page.locator('article header').allInnerTexts()
    for (const job of JOBS)
      assert.ok(
        headers.some((header) => header.includes(`job ${job}`)),
        job,
      )
    assert.ok(headers.every((header) => JOBS.some((job) => header.includes(`job ${job}`))))
  })

  test('is a different picture in the dark', async () => {
    const picture = async (scheme: 'light' | 'dark') => (await open(scheme)).page.screenshot()
    assert.ok(!(await picture('light')).equals(await picture('dark')))
  })
})
