const TINY = 1e-300
const PRECISION = 1e-16
const MOST_TERMS = 100_000

/**
 * Value of b₀ + a₁/(b₁ + a₂/(b₂ + …)) by the modified Lentz method (Thompson & Barnett, 1986).
 * `term(k)` gives [a_k, b_k] for k ≥ 1; it may reuse one array.
 */
export function continuedFraction(b0: number, term: (k: number) => readonly [number, number]): number {
  let value = b0 === 0 ? TINY : b0
  let c = value
  let d = 0
  for (let k = 1; k <= MOST_TERMS; k++) {
    const [a, b] = term(k)
    d = b + a * d
    if (d === 0) d = TINY
    d = 1 / d
    c = b + a / c
    if (c === 0) c = TINY
    const step = c * d
    value *= step
    if (Math.abs(step - 1) < PRECISION) break
  }
  return value
}
