import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import { DAY, HOUR, isoTime, MINUTE } from '../domain/time.ts'
import { renderReport } from './page.ts'
import type { Report } from './report.ts'
import { ACTING, HOSTILE } from './testing/hostile.ts'
import { type Element, elements, everyElement, readMarkup } from './testing/markup.ts'
import { alertOf, reportOf, START } from './testing/report.ts'

const read = (other: Partial<Report> = {}): Element => readMarkup(renderReport(reportOf(other)))
const textsOf = (root: Element, name: string): string[] => elements(root, name).map(({ text }) => text)
const ofClass = (root: Element, name: string) =>
  [...everyElement(root)].filter(({ attributes }) => attributes.get('class') === name)
const attributesOf = (root: Element) => [...everyElement(root)].flatMap(({ attributes }) => [...attributes])

describe('a page', () => {
  const root = read()

  test('tells the findings first, then draws, then says what was read, and ends with its command', () => {
    const headings = [...everyElement(root)].filter(({ name }) => /^h\d$/.test(name))
    assert.deepEqual(
      headings.map(({ name, text }) => `${name} ${text}`),
      [
        'h1 oddsock scan of logs/',
        'h2 Findings',
        'h3 xmrig on web-1 used the network for the first time',
        'h3 nc on web-2 used the network for the first time',
        'h2 Where and when',
        'h2 How rare',
        'h2 Host by host',
        'h2 Scores and threshold',
        'h2 What was read, and what not',
        'h3 Rejected input',
        'h3 Hosts',
        'h3 Not judged',
      ],
    )
    assert.equal(textsOf(root, 'pre').at(-1), "oddsock scan logs/ --html 'my report.html'")
  })

  test('needs nothing from outside and runs nothing', () => {
    const names = new Set([...everyElement(root)].map(({ name }) => name))
    for (const name of ['script', 'link', 'img', 'image', 'use', 'iframe', 'object', 'embed', 'form', 'base'])
      assert.ok(!names.has(name), name)
    for (const [name, value] of attributesOf(root)) {
      assert.doesNotMatch(name, /^(?:on.*|src|srcset|style|xlink.*|action)$/)
      if (name === 'href') assert.match(value, /^#/)
      if (/url\(/.test(value)) assert.match(value, /^url\(#[\w-]+\)$/)
    }
    assert.doesNotMatch(textsOf(root, 'style').join(), /url\(|@import|http/)
  })

  test('allows by its policy the one style sheet that is in it, by its hash, and nothing else', () => {
    const policies = elements(root, 'meta').filter(({ attributes }) => attributes.has('http-equiv'))
    const [sheet, ...others] = textsOf(root, 'style')
    assert.deepEqual(others, [])
    const hash = createHash('sha256').update(sheet!).digest('base64')
    assert.deepEqual(
      policies.map(({ attributes }) => attributes.get('content')),
      [`default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`],
    )
  })

  test('has a language, a title, one main heading, and links and names that lead somewhere', () => {
    assert.equal(elements(root, 'html')[0]?.attributes.get('lang'), 'en')
    assert.deepEqual(
      elements(root, 'head')[0]!.children.flatMap((one) => (one.name === 'title' ? [one.text] : [])),
      ['oddsock scan of logs/ – oddsock'],
    )
    assert.equal(elements(root, 'h1').length, 1)
    const ids = attributesOf(root).flatMap(([name, value]) => (name === 'id' ? [value] : []))
    assert.equal(new Set(ids).size, ids.length, 'no id comes twice')
    for (const [name, value] of attributesOf(root)) {
      if (name === 'href') assert.ok(ids.includes(value.slice(1)), value)
      if (name === 'aria-labelledby') for (const id of value.split(' ')) assert.ok(ids.includes(id), id)
    }
  })

  test('each drawing stands beside a table', () => {
    const figures = elements(root, 'figure')
    assert.equal(figures.length, 6, 'lanes, strips, two hosts, scores, cost')
    for (const figure of figures) {
      assert.equal(elements(figure, 'svg').length, 1)
      assert.equal(elements(figure, 'table').length, 1)
    }
  })

  test('the sign and word of a finding are those of its score, and the severity stands with the rule', () => {
    assert.deepEqual(
      ofClass(root, 'step').map(({ text }) => text),
      ['◆critical', '▲major'],
    )
    assert.match(elements(root, 'article')[0]!.text, /score 87.*Unusual Linux Network Activity \(severity low\)/)
    assert.match(root.text, /2 stories \(3 alerts\) to judge: 1 critical, 1 major\./)
  })

  test('a process is active in so many buckets of all, drawn or not', () => {
    assert.deepEqual(
      ofClass(root, 'count').map(({ text }) => text),
      ['2 of 672', '1 of 672', '640 of 672'],
    )
    assert.match(root.text, /Of the busiest only the latest activity is drawn\./)
  })

  test('a host that fell silent is told on top, hatched in the drawings, and marked in the table', () => {
    const [band] = ofClass(root, 'band')
    assert.equal(
      band?.text,
      '1 host fell silent: web-2 (since 2026-03-08 01:00 UTC). What happened there afterwards is not in this report.',
    )
    assert.match(root.text, /Hatched: nothing could be seen/)
    assert.ok(textsOf(root, 'td').includes('silent since 2026-03-08 01:00 UTC'))
  })

  test('is the same to the byte for the same findings, in whatever order they came', () => {
    const page = renderReport(reportOf())
    assert.equal(renderReport(reportOf()), page)
    assert.equal(renderReport(reportOf({ alerts: reportOf().alerts.toReversed() })), page)
  })
})

describe('a page of several jobs', () => {
  const other = { ...alertOf('/tmp/xmrig', 'web-1', 91), job_id: 'new <ones>' }
  const root = read({
    jobs: [
      { id: 'odd_ones', threshold: 50, isNovelty: false },
      { id: 'new <ones>', threshold: 80, isNovelty: true },
    ],
    alerts: [...reportOf().alerts, other, { ...alertOf('nc', 'web-2', 54), job_id: 'new <ones>' }],
    records: [
      ...reportOf().records,
      { job: 'new <ones>', timestamp: START + 6 * DAY, value: '/tmp/xmrig', hosts: ['web-1'], record_score: 91 },
      { job: 'new <ones>', timestamp: START + 6 * DAY, value: 'nc', hosts: ['web-2'], record_score: 54 },
    ],
  })

  test('shows the alerts of all of them together, worst first, each with its job', () => {
    const told = ofClass(root, 'story').map((story) => {
      const [sentence] = ofClass(story, 'sentence')
      return [sentence!.text.split(' ')[0], textsOf(story, 'span').find((text) => text.startsWith('job '))]
    })
    assert.deepEqual(told, [
      ['/tmp/xmrig', 'job new <ones>'],
      ['xmrig', 'job odd_ones'],
      ['nc', 'job odd_ones'],
      ['nc', 'job new <ones>'],
    ])
  })

  test('draws the scores of each against its own threshold', () => {
    assert.match(root.text, /4 records; 3 at or above the threshold of 50\./)
    assert.match(root.text, /2 records; 1 at or above the threshold of 80\./)
  })
})

describe('a page without findings', () => {
  test('says what was searched over which time, and what came closest', () => {
    const records = [
      { job: 'odd_ones', timestamp: START + DAY, value: 'cron', hosts: ['web-2'], record_score: 3 },
      { job: 'odd_ones', timestamp: START + DAY, value: 'curl', hosts: ['web-1', 'web-2'], record_score: 41.9 },
    ]
    const root = read({ alerts: [], records })
    assert.equal(
      ofClass(root, 'lead')[0]?.text,
      'Nothing reached the threshold of 50. Searched: 4,000 network events of 2 hosts from 2026-03-02 00:00 UTC to 2026-03-09 00:00 UTC, in 672 buckets of 15 minutes. The highest score was 41: curl on web-1 and web-2, 2026-03-03 00:00 UTC.',
    )
    assert.ok(!textsOf(root, 'h2').includes('Findings'))
  })

  test('but with some that learning held back says so, with the same number everywhere', () => {
    const early = { job: 'odd_ones', timestamp: START + DAY, hosts: ['web-1'], untold: 'learning' } as const
    const records = [
      { ...early, value: 'nc', record_score: 69.2 },
      { ...early, value: 'xmrig', record_score: 55 },
      { job: 'odd_ones', timestamp: START + DAY, value: 'curl', hosts: ['web-1'], record_score: 40 },
    ]
    const root = read({ alerts: [], records })
    const lead = ofClass(root, 'lead')[0]!.text
    assert.match(lead, /^No alert to judge\. Searched: /)
    assert.match(
      lead,
      / 2 findings reached the threshold of 50, and were held back while learning; the highest score is 69: nc on web-1, 2026-03-03 00:00 UTC\.$/,
    )
    assert.doesNotMatch(root.text, /Nothing reached/)
    assert.match(root.text, /3 records; 2 at or above the threshold of 50, 2 of them held back while learning\./)
    assert.match(root.text, /At the threshold of 50: 0\.0 alerts a day\./)
  })

  test('nor any score says that too', () => {
    const root = read({ alerts: [], records: [], presence: new Map() })
    assert.match(root.text, /No record has a score above 0\./)
    assert.match(root.text, /No process has a score above 0, so there is no pattern to draw\./)
  })

  test('nor any event says what was read, and why not more', () => {
    const { range, ...nothing } = reportOf({ alerts: [], records: [], hosts: [], presence: new Map() })
    const counts = { bytes: 12, events: 0, matched: 0, copies: 0, late: 0, buckets: 0 }
    const inputs = [{ path: 'x.log', format: 'unknown', bytes: 12, events: 0, rejects: 0, note: 'not an audit log' }]
    const root = readMarkup(renderReport({ ...nothing, counts, inputs }))
    assert.equal(ofClass(root, 'lead')[0]?.text, 'Nothing to judge: 12 bytes in 1 input held no event.')
    assert.deepEqual(textsOf(root, 'h2'), ['What was read, and what not'])
    assert.ok(textsOf(root, 'td').includes('not an audit log'))
    assert.match(root.text, /No event named a host\./)
  })
})

describe('what there is to look at', () => {
  const why = 'It was never seen in the fleet.'
  const found = { timestamp: START, score: 69.9, program: '/tmp/odd', user: 'ann', host: 'web-1', learning: false, why }

  test('has its section, with the link to it, and is not called an alert', () => {
    const root = read({ range: { from: START, to: START + 2 * DAY }, review: [found] })
    assert.ok(textsOf(root, 'a').includes('To look at'))
    assert.match(root.text, /2 days of data are too little for certainty; these are no alerts\./)
    const cells = textsOf(root, 'td')
    const first = cells.indexOf('69')
    assert.deepEqual(cells.slice(first, first + 6), ['69', '/tmp/odd', 'ann', 'web-1', '2026-03-02 00:00 UTC', why])
  })

  test('after the first week is for a weekly look, and says what was held back', () => {
    const root = read({ range: { from: START, to: START + 7 * DAY }, review: [{ ...found, learning: true }] })
    assert.ok(textsOf(root, 'a').includes('For a weekly look'))
    assert.match(root.text, /Odd, but below the threshold or held back while learning; these are no alerts\./)
    assert.ok(textsOf(root, 'td').includes('2026-03-02 00:00 UTC, while learning'))
  })

  test('has none where there is nothing', () => {
    assert.doesNotMatch(read({ review: [] }).text, /To look at|For a weekly look/)
  })
})

describe('a page of a short history', () => {
  const value = (i: number) => ({
    value: `value-${i}`,
    buckets: 1,
    events: i,
    hosts: ['web-1'],
    first: START + i * MINUTE,
  })
  const range = { from: START, to: START + 2 * HOUR }
  const twelve = Array.from({ length: 12 }, (_, i) => value(i))

  test('says how short, and lists the ten rarest programs and peers as observations', () => {
    const root = read({ range, rarest: { programs: twelve, peers: twelve.slice(0, 1) } })
    assert.match(ofClass(root, 'band')[0]!.text, /^2 hours of data: rare means rare in these 2 hours, /)
    assert.ok(textsOf(root, 'h2').includes('Rarest in these 2 hours'))
    assert.match(root.text, /Observations, not alerts/)
    const listed = textsOf(root, 'td').filter((text) => text.startsWith('value-'))
    assert.deepEqual(listed, [...Array.from({ length: 10 }, (_, i) => `value-${i}`), 'value-0'])
  })

  test('with nothing on the network says so', () => {
    assert.match(read({ range }).text, /No program was seen on the network\..*No peer was seen on the network\./s)
  })

  test('is short below a week, and not from a week on', () => {
    const long = (to: number) => read({ range: { from: START, to } }).text
    assert.match(long(START + 7 * DAY - 1), /rare means rare in/)
    assert.doesNotMatch(long(START + 7 * DAY), /rare means rare in/)
  })
})

describe('what was read', () => {
  test('rejects are counted by reason with one of them, raw and whole as far as there is room', () => {
    const rejects = [
      { reason: 'no serial number', count: 1234, sample: 'type=\u001b[2J <b>', path: 'a.log' },
      { reason: 'cut', count: 1, sample: 'x'.repeat(5000), path: 'b.log' },
    ]
    const cells = textsOf(read({ rejects }), 'td')
    const first = cells.indexOf('no serial number')
    assert.deepEqual(cells.slice(first, first + 4), ['no serial number', '1,234', 'a.log', 'type=␛[2J <b>'])
    assert.equal(cells[first + 7]?.length, 300)
  })

  test('what could not be judged and what the reader should know is on the page', () => {
    const root = read({ notJudged: ['No `destination.ip` in this source.'], warnings: ['The clock went back.'] })
    assert.ok(textsOf(root, 'li').includes('No `destination.ip` in this source.'))
    assert.match(ofClass(root, 'band')[0]!.text, /The clock went back\.$/)
  })
})

describe('a page of hostile names', () => {
  const many = (i: number) => HOSTILE[i % HOSTILE.length]!
  const wild = (i: number) => `${many(i)}${many(i + 7)}${many(i + 13)}${i}`
  const hostileAlert = (i: number) => ({
    ...alertOf(wild(i), wild(i + 1), 50 + (i % 50)),
    'kibana.alert.rule.name': wild(i + 2),
    oddsock: {
      sentence: wild(i).repeat(5),
      evidence: {
        count: 10,
        events: Array.from({ length: 10 }, (_, k) => ({
          [many(k) || 'a']: wild(i + k),
          process: { title: wild(k).repeat(9) },
        })),
        facets: Array.from({ length: 19 }, (_, k) => ({
          field: k === 0 ? 'destination.ip' : many(k),
          values: Array.from({ length: 10 }, (_, j) => ({ value: wild(i + j + k), count: 1 })),
          others: 3,
        })),
      },
    },
  })
  const numbers = Array.from({ length: 500 }, (_, i) => i)
  const report = reportOf({
    title: wild(1),
    command: wild(2),
    alerts: numbers.map(hostileAlert),
    records: numbers.map((i) => ({
      job: 'odd_ones',
      timestamp: START + (i % 600) * 15 * MINUTE,
      value: wild(i),
      hosts: [wild(i % 30)],
      record_score: i % 100,
    })),
    presence: new Map(numbers.map((i) => [wild(i), { starts: [START + i * MINUTE], buckets: 1 }])),
    hosts: numbers.slice(0, 30).map((i) => ({
      name: wild(i),
      first: START,
      last: START + DAY,
      events: 672,
      activity: new Map(numbers.map((b) => [START + b * 15 * MINUTE, b])),
      silentSince: START + DAY,
    })),
    inputs: numbers
      .slice(0, 20)
      .map((i) => ({ path: wild(i), format: wild(i), bytes: 1, events: 1, rejects: 1, note: wild(i) })),
    rejects: numbers.slice(0, 20).map((i) => ({ reason: wild(i), count: 1, sample: wild(i).repeat(9), path: wild(i) })),
    notJudged: numbers.slice(0, 20).map(wild),
    warnings: numbers.slice(0, 5).map(wild),
    range: { from: START, to: START + 6 * DAY },
    rarest: {
      programs: numbers
        .slice(0, 10)
        .map((i) => ({ value: wild(i), buckets: 1, events: 1, hosts: [wild(i)], first: START })),
      peers: [],
    },
  })
  const page = renderReport(report)

  test('lets none of them out: no element, attribute or acting character is theirs', () => {
    const root = readMarkup(page)
    const allowed = new Set(
      [...everyElement(read({ range: report.range!, rejects: report.rejects, warnings: ['w'] }))].map(
        ({ name }) => name,
      ),
    )
    for (const extra of ['ul', 'li', 'details', 'code', 'pre', 'p', 'h3', 'dl']) allowed.add(extra)
    for (const { name } of everyElement(root)) assert.ok(allowed.has(name), name)
    for (const [name] of attributesOf(root)) assert.doesNotMatch(name, /^on/)
    assert.doesNotMatch(page.replaceAll('\n', ''), ACTING)
  })

  test('stays under 2 MB with 500 alerts of ten events each, and says what it left out', () => {
    const bytes = Buffer.byteLength(page)
    assert.ok(bytes < 2_000_000, `${bytes} bytes`)
    assert.match(page, /lesser stories, without evidence, to keep this file small/)
    const told = elements(readMarkup(page), 'article').length
    assert.ok(told >= 5, `${told} stories are told in full`)
    assert.match(page, new RegExp(`${500 - told} lesser stories`))
  })
})

test('a sentence is never cut, wherever it stands', () => {
  const sentence = `${'All of it is said to the end. '.repeat(40)}Even this.`
  const told = (process: string, time: number) => {
    const alert = alertOf(process, 'web-1', 60, time)
    const terms = [{ name: 'program', nats: 6, sentence }]
    return { ...alert, oddsock: { ...(alert.oddsock as object), sentence, terms, would_not_alert_if: [sentence] } }
  }
  const root = read({ alerts: [told('nc', START), told('nc', START + DAY)] })
  const leaves = [...everyElement(root)].filter(({ children }) => children.length === 0)
  const whole = leaves.filter(({ text }) => text === sentence).map(({ name }) => name)
  assert.deepEqual(whole.sort(), ['h3', 'li', 'td', 'td', 'td'])
})

test('a story with more raw events than the page has room for says so', () => {
  const big = { '@timestamp': isoTime(START), message: '漢'.repeat(4000) }
  const alerts = Array.from({ length: 60 }, (_, i) => ({
    ...alertOf(`p${i}`, 'web-1', 60),
    oddsock: { evidence: { count: 5, events: Array(5).fill(big), facets: [] } },
  }))
  const page = renderReport(reportOf({ alerts }))
  assert.match(page, /Raw events of this story are left out, to keep this file small\./)
  assert.equal(elements(readMarkup(page), 'article').length, 60, 'the stories themselves are told')
  assert.ok(Buffer.byteLength(page) < 1_000_000)
})
