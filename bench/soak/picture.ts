import type { Sample } from './memory.ts'

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [720, 240, 56, 28, 24]

/** The curve of the resident set over time as SVG, from 0, so that a level looks like one. */
export function memoryPicture(samples: readonly Sample[], title: string): string {
  const minutes = (samples.at(-1)?.seconds ?? 0) / 60
  const most = niceAbove(Math.max(...samples.map(({ rss }) => rss)))
  const x = (seconds: number) => LEFT + (seconds / 60 / minutes) * (WIDTH - LEFT - 12)
  const y = (rss: number) => HEIGHT - BOTTOM - (rss / most) * (HEIGHT - BOTTOM - TOP)
  const points = samples.map(({ seconds, rss }) => `${x(seconds).toFixed(1)},${y(rss).toFixed(1)}`).join(' ')
  const lines = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const at = y(share * most).toFixed(1)
    const label = `<text x="${LEFT - 6}" y="${at}" text-anchor="end" dy="4">${Math.round(share * most)}</text>`
    return `<line x1="${LEFT}" x2="${WIDTH - 12}" y1="${at}" y2="${at}" stroke="#ddd"/>${label}`
  })
  const times = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const at = x(share * minutes * 60).toFixed(1)
    return `<text x="${at}" y="${HEIGHT - 8}" text-anchor="middle">${Math.round(share * minutes * 10) / 10} min</text>`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>${title}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${LEFT}" y="14" font-weight="bold">${title}</text>`,
    ...lines,
    ...times,
    `<polyline points="${points}" fill="none" stroke="#1f5fa8" stroke-width="1.5"/>`,
    '</svg>',
    '',
  ].join('\n')
}

/** The next round number: 1, 2 or 5 and zeros. */
function niceAbove(value: number): number {
  const step = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 5, 10].map((factor) => factor * step).find((nice) => nice >= value)!
}
