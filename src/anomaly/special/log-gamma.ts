const HALF_LOG_TWO_PI = 0.9189385332046727

/**
 * ln Γ(x) for x > 0, to about 1e-15: Stirling's series (Abramowitz & Stegun 6.1.41) after moving x above 10 by Γ(x+1) = xΓ(x).
 *
 * @example logGamma(5) // ln 24
 */
export function logGamma(x: number): number {
  let moved = x
  let product = 1
  while (moved < 10) {
    product *= moved
    moved += 1
  }
  const y = 1 / (moved * moved)
  const series = 1 / 12 - y * (1 / 360 - y * (1 / 1260 - y * (1 / 1680 - y * (1 / 1188 - (y * 691) / 360360))))
  return (moved - 0.5) * Math.log(moved) - moved + HALF_LOG_TWO_PI + series / moved - Math.log(product)
}

/** ln B(a, b) for a, b > 0. */
export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b)
}
