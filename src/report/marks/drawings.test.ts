import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DAY, HOUR, MINUTE } from '../../domain/time.ts'
import { type Element, elements } from '../testing/markup.ts'
import type { Span } from './bins.ts'
import { readMark } from './contract.ts'
import { costCurve } from './cost-curve.ts'
import { histogram } from './histogram.ts'
import { lanes } from './lanes.ts'
import type { Mark } from './mark.ts'
import { strips } from './strips.ts'
import { timeline } from './timeline.ts'

/* What each mark says of small data, and that drawing, words and table agree. */

const FRAME = { id: 'm', width: 912 }
/** Two days of quarter hours: 192 buckets, drawn by lanes in cells of half an hour. */
const START = Date.UTC(2026, 2, 7)
const SPAN: Span = { from: START, to: START + 2 * DAY - 1, bucketSpan: 15 * MINUTE }

const withClass = (root: Element, name: string, of: string) =>
  elements(root, name).filter((element) => element.attributes.get('class') === of)
const description = (mark: Mark) => readMark(mark).children[1]!.text

describe('lanes', () => {
  const cell = (time: number, score: number, what = 'curl') => ({ time: START + time, score, what })
  const data = {
    ...SPAN,
    of: 'host',
    lanes: [
      {
        name: 'web-1',
        cells: [cell(0, 30), cell(HOUR, 10, 'nc'), cell(HOUR + 5 * MINUTE, 87.9, 'xmrig')],
        blind: [{ from: START + DAY, to: START + 2 * DAY }],
      },
      { name: 'web-2', cells: [] },
    ],
  }

  test('a cell is one rectangle with the word of its highest score', () => {
    const root = readMark(lanes(data, FRAME))
    assert.equal(withClass(root, 'rect', 'minor').length, 1)
    assert.equal(withClass(root, 'rect', 'critical').length, 1)
    assert.equal(withClass(root, 'rect', 'warning').length, 0)
    assert.equal(withClass(root, 'rect', 'critical')[0]?.text, '2026-03-07 01:05 UTC: xmrig, 87')
  })

  test('blind time is hatched over its share of the width, and the notes say what that means', () => {
    const mark = lanes(data, FRAME)
    const [hatched] = elements(readMark(mark), 'rect').filter(
      (element) => element.attributes.get('fill') === 'url(#m-hatch)',
    )
    assert.equal(hatched?.attributes.get('x'), '522', 'half of the 780 px right of the labels: 132 + 390')
    assert.equal(hatched?.attributes.get('width'), '390')
    assert.match(mark.notes.join(' '), /A cell is 30 minutes.*Hatched: nothing could be seen\./)
  })

  test('the sentence names the worst, the table lists all, worst first', () => {
    const mark = lanes(data, FRAME)
    assert.equal(
      description(mark),
      '3 scores on 2 hosts from 2026-03-07 00:00 UTC to 2026-03-08 23:59 UTC; the highest, 87, is xmrig on web-1 at 2026-03-07 01:05 UTC.',
    )
    assert.deepEqual(mark.table.rows, [
      ['web-1', '2026-03-07 01:05 UTC', '87', 'xmrig'],
      ['web-1', '2026-03-07 00:00 UTC', '30', 'curl'],
      ['web-1', '2026-03-07 01:00 UTC', '10', 'nc'],
    ])
  })

  test('of more than sixty lanes the last one pools the rest by maximum, and says so', () => {
    const many = Array.from({ length: 100 }, (_, i) => ({ name: `h${i}`, cells: [cell(0, i)] }))
    const mark = lanes({ ...SPAN, of: 'host', lanes: many }, FRAME)
    const root = readMark(mark)
    const labels = withClass(root, 'text', 'label').map(({ text }) => text)
    assert.equal(labels.length, 60)
    assert.deepEqual(labels.slice(-2), ['h58', '41 more'])
    const cells = elements(root, 'rect').filter(({ text }) => text !== '')
    assert.equal(cells.length, 60)
    assert.equal(cells.at(-1)?.text, '2026-03-07 00:00 UTC: curl, 99')
    assert.match(mark.notes.join(' '), /The last lane pools 41 that have no room of their own\./)
    assert.equal(mark.table.rows.length, 100)
  })

  test('nothing scored is said in words', () => {
    assert.equal(
      description(lanes({ ...SPAN, of: 'host', lanes: [] }, FRAME)),
      'Nothing was scored on 0 hosts from 2026-03-07 00:00 UTC to 2026-03-08 23:59 UTC.',
    )
  })
})

describe('strips', () => {
  const strip = { name: 'xmrig', active: [START, START + 15 * MINUTE, START + DAY], activeBuckets: 3 }

  test('the count of a process is that of its buckets, drawn or not, and a share of all', () => {
    const part = { ...strip, name: 'cron', activeBuckets: 96 }
    const mark = strips({ ...SPAN, buckets: 192, strips: [strip, part] }, FRAME)
    assert.deepEqual(
      withClass(readMark(mark), 'text', 'count').map(({ text }) => text),
      ['3 of 192', '96 of 192'],
    )
    assert.deepEqual(mark.table.rows, [
      ['xmrig', '3', '1.6 %', '2026-03-07 00:00 UTC', '2026-03-08 00:00 UTC'],
      ['cron', '96', '50.0 %', '2026-03-07 00:00 UTC', '2026-03-08 00:00 UTC'],
    ])
    assert.match(mark.notes.join(' '), /only the latest activity is drawn/)
    const whole = strips({ ...SPAN, buckets: 192, strips: [strip] }, FRAME)
    assert.doesNotMatch(whole.notes.join(' '), /only the latest/)
  })

  test('neighbouring buckets are one box, others stand apart', () => {
    const [path] = withClass(readMark(strips({ ...SPAN, buckets: 192, strips: [strip] }, FRAME)), 'path', 'active')
    assert.equal(path?.attributes.get('d')?.match(/M/g)?.length, 2)
  })

  test('of more than sixty strips the rest are in the table only, and that is said', () => {
    const many = Array.from({ length: 61 }, (_, i) => ({ ...strip, name: `p${i}` }))
    const mark = strips({ ...SPAN, buckets: 192, strips: many }, FRAME)
    assert.equal(withClass(readMark(mark), 'text', 'label').length, 60)
    assert.equal(mark.table.rows.length, 61)
    assert.match(mark.notes.join(' '), /1 more strip only in the table\./)
  })
})

describe('timeline', () => {
  const activity = new Map([
    [START, 100],
    [START + 15 * MINUTE, 25],
    [START + DAY, 4],
    [START + 9 * DAY, 7],
  ])
  const records = [
    { time: START, score: 10, what: 'low' },
    { time: START + DAY, score: 60, what: 'nc' },
    { time: START + DAY + HOUR, score: 20, what: 'late' },
  ]
  const mark = timeline({ ...SPAN, name: 'web-1', activity, records }, FRAME)

  test('the height of a bar is the square root of its events', () => {
    const [bars] = withClass(readMark(mark), 'path', 'bar')
    const heights = [...bars!.attributes.get('d')!.matchAll(/v-([\d.]+)/g)].map(([, height]) => Number(height))
    assert.deepEqual(heights, [34, 17, 6.8], '√(100, 25, 4) = 10, 5, 2, of 34 px')
  })

  test('each cell with events or a score is a row', () => {
    assert.deepEqual(mark.table.rows, [
      ['2026-03-07 00:00 UTC', '100', '10', 'low'],
      ['2026-03-07 00:15 UTC', '25', '–', '–'],
      ['2026-03-08 00:00 UTC', '4', '60', 'nc'],
      ['2026-03-08 01:00 UTC', '0', '20', 'late'],
    ])
  })

  test('what lies outside of the range is neither drawn nor counted', () => {
    assert.match(description(mark), /^129 events and 3 scores /)
  })

  test('only scores from minor on are named, in a row of their own above the diamonds', () => {
    const names = withClass(readMark(mark), 'text', 'halo')
    assert.deepEqual(
      names.map(({ text }) => text),
      ['nc'],
    )
    const [diamond] = withClass(readMark(mark), 'path', 'major')
    const top = Number(/ ([\d.]+)l/.exec(diamond!.attributes.get('d')!)?.[1])
    assert.ok(top > Number(names[0]?.attributes.get('y')))
  })

  test('the highest scores get their names first, and no two names touch', () => {
    const crowd = Array.from({ length: 192 }, (_, i) => ({
      time: START + i * 15 * MINUTE,
      score: 30 + (i % 60),
      what: `p${i % 60}`,
    }))
    const named = withClass(readMark(timeline({ ...SPAN, name: 'a', activity, records: crowd }, FRAME)), 'text', 'halo')
    assert.deepEqual(
      named.map(({ text }) => text),
      ['p59', 'p59', 'p59'],
    )
    const places = named.map(({ attributes }) => Number(attributes.get('x')))
    for (const [i, x] of places.slice(1).entries()) assert.ok(x - places[i]! > 100)
  })
})

describe('histogram', () => {
  test('scores are counted in steps of five, 100 in the last one', () => {
    const mark = histogram({ scores: [0, 4.99, 5, 50, 99, 100], threshold: 50 }, FRAME)
    const rows = mark.table.rows.filter(([, n]) => n !== '0')
    assert.deepEqual(rows, [
      ['0 to 5', '2'],
      ['5 to 10', '1'],
      ['50 to 55', '1'],
      ['95 to 100', '2'],
    ])
    assert.equal(description(mark), '6 records; 3 at or above the threshold of 50.')
    assert.equal(elements(readMark(mark), 'rect').length, 4)
  })

  test('no scores are said in words', () => {
    assert.equal(description(histogram({ scores: [], threshold: 50 }, FRAME)), 'No record has a score.')
  })
})

describe('cost curve', () => {
  const records = [
    { score: 99.5, alerts: 1 },
    { score: 60, alerts: 2 },
    { score: 60, alerts: 1 },
    { score: 10, alerts: 1 },
  ]

  test('alerts a day at each threshold, one for each host of a record', () => {
    const mark = costCurve({ records, days: 10, threshold: 60 }, FRAME)
    assert.deepEqual(mark.table.rows, [
      ['10', '0.50'],
      ['25', '0.40'],
      ['40', '0.40'],
      ['50', '0.40'],
      ['60', '0.40'],
      ['75', '0.10'],
      ['90', '0.10'],
      ['99', '0.10'],
    ])
    assert.equal(description(mark), 'At the threshold of 60: 0.40 alerts a day.')
  })

  test('less than a day is not stretched to a day', () => {
    assert.equal(
      description(costCurve({ records, days: 0.1, threshold: 60.5 }, FRAME)),
      'At the threshold of 60.5: 1.0 alerts in all.',
    )
  })

  test('few is not none', () => {
    assert.equal(
      description(costCurve({ records, days: 3650, threshold: 60 }, FRAME)),
      'At the threshold of 60: under 0.01 alerts a day.',
    )
    assert.equal(
      description(costCurve({ records, days: 3650, threshold: 100 }, FRAME)),
      'At the threshold of 100: 0.0 alerts a day.',
    )
  })

  test('the words at a high threshold end before the edge', () => {
    for (const threshold of [96, 100]) {
      const named = withClass(readMark(costCurve({ records, days: 10, threshold }, FRAME)), 'text', 'halo')
      assert.deepEqual(
        named.map(({ attributes }) => attributes.get('text-anchor')),
        ['end', 'end'],
      )
    }
  })
})
