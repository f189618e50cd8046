import { betaQuantile } from './incomplete-beta.ts'
import { logBeta } from './log-gamma.ts'

/** So near to 1 a quantile has too few digits; there, as where it underflows to 0, the limit of the formula is taken. */
const NEAR = 1e-9

/**
 * Means of Beta(a, b) inside each of its n slices of equal probability, ascending.
 * By I(x; a+1, b) = I(x; a, b) − x^a(1−x)^b / (a·B(a, b)) (DLMF 8.17.20) only the n − 1 quantiles are needed.
 */
export function sliceMeans(a: number, b: number, n: number): number[] {
  const mean = a / (a + b)
  if (n === 1 || b <= 0) return [mean]
  const scale = Math.log(a) + logBeta(a, b)
  const means: number[] = []
  let before = 0
  for (let j = 1; j <= n; j++) {
    const x = j === n ? 1 : betaQuantile(j / n, a, b)
    const rest =
      x < 1e-300 ? j / n : 1 - x < NEAR ? (1 - j / n) * (b / a) : Math.exp(a * Math.log(x) + b * Math.log1p(-x) - scale)
    means.push(Math.max(mean * (1 - n * (rest - before)), 0))
    before = rest
  }
  return means
}
