import { scaleLog } from 'd3-scale'
import type { Cost } from './results.ts'

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [240, 220, 48, 26, 40, 32]
const COLORS = ['#1f5fa8', '#b0561c']

const PANELS: readonly { readonly title: string; readonly of: (cost: Cost) => number }[] = [
  { title: 'seconds of CPU', of: ({ cpuSeconds }) => cpuSeconds },
  { title: 'seconds in all', of: ({ wallSeconds }) => wallSeconds },
  { title: 'MiB at most', of: ({ peakMiB }) => peakMiB },
  { title: 'MB on the wire', of: ({ wireBytes }) => wireBytes / 1e6 },
]

/** How the costs of a bucket grow with the hosts, as SVG: a panel for each cost, a line for each job, both axes logarithmic. */
export function scalePicture(costs: readonly Cost[]): string {
  const jobs = [...new Set(costs.map(({ job }) => job))]
  const width = WIDTH * PANELS.length
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${HEIGHT + 20}" font-family="sans-serif" font-size="11">`,
    '<title>What a bucket costs, by hosts</title>',
    `<rect width="${width}" height="${HEIGHT + 20}" fill="#fff"/>`,
    ...PANELS.map(({ title, of }, i) => `<g transform="translate(${i * WIDTH})">${panel(costs, jobs, title, of)}</g>`),
    ...jobs.map((job, i) => `<text x="${LEFT + i * 2 * WIDTH}" y="${HEIGHT + 12}" fill="${COLORS[i]}">${job}</text>`),
    '</svg>',
    '',
  ].join('\n')
}

function panel(costs: readonly Cost[], jobs: readonly string[], title: string, of: (cost: Cost) => number): string {
  const x = scaleLog(extent(costs.map(({ hosts }) => hosts)), [LEFT, WIDTH - RIGHT])
  const y = scaleLog(extent(costs.map(of)), [HEIGHT - BOTTOM, TOP])
  const grid = powers(y.domain()).map((value) => {
    const at = y(value).toFixed(1)
    const label = `<text x="${LEFT - 6}" y="${at}" dy="4" text-anchor="end">${value.toLocaleString('en')}</text>`
    return `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}" stroke="#ddd"/>${label}`
  })
  const hosts = powers(x.domain()).map((value) => {
    return `<text x="${x(value).toFixed(1)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${value.toLocaleString('en')}</text>`
  })
  const lines = jobs.map((job, i) => {
    const points = costs.filter((cost) => cost.job === job).sort((a, b) => a.hosts - b.hosts)
    const places = points.map((cost) => `${x(cost.hosts).toFixed(1)},${y(of(cost)).toFixed(1)}`)
    const dots = places.map((place) => `<circle cx="${place.replace(',', '" cy="')}" r="3" fill="${COLORS[i]}"/>`)
    return `<polyline points="${places.join(' ')}" fill="none" stroke="${COLORS[i]}" stroke-width="1.5"/>${dots.join('')}`
  })
  return [`<text x="${LEFT}" y="20" font-weight="bold">${title}</text>`, ...grid, ...hosts, ...lines].join('\n')
}

/** Whole powers of ten around the values. */
function extent(values: readonly number[]): [number, number] {
  const from = 10 ** Math.floor(Math.log10(Math.min(...values)))
  const to = 10 ** Math.ceil(Math.log10(Math.max(...values)))
  return [from, Math.max(to, 10 * from)]
}

function powers([from = 1, to = 10]: readonly number[]): number[] {
  const powers: number[] = []
  for (let value = from; value <= to * 1.001; value *= 10) powers.push(Number(value.toPrecision(1)))
  return powers
}
