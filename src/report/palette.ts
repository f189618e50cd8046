import type { ScoreStep } from './score-step.ts'

/** The colours of one theme. Each step of a score has at least 3:1 against the ground; texts have 4.5:1 (a test computes both). */
export interface Palette extends Readonly<Record<ScoreStep, string>> {
  readonly ground: string
  /** Ground of what stands apart: raw events, code. */
  readonly panel: string
  readonly ink: string
  /** Ink of what is read second. */
  readonly soft: string
  readonly line: string
  /** Activity that is neither good nor bad. */
  readonly calm: string
}

/** From blue over ochre to red and a dark wine: told apart by lightness too, so for each kind of colour blindness. */
export const LIGHT: Palette = {
  ground: '#fdfcfa',
  panel: '#f4f1eb',
  ink: '#1d1f22',
  soft: '#5a5f66',
  line: '#e2ddd4',
  calm: '#8b9098',
  warning: '#6b93bb',
  minor: '#b98500',
  major: '#b52a12',
  critical: '#4a0a2c',
}

/** In the dark the worst is the lightest. */
export const DARK: Palette = {
  ground: '#15171a',
  panel: '#1d2024',
  ink: '#e9e7e2',
  soft: '#a4a9b0',
  line: '#2f3338',
  calm: '#70767e',
  warning: '#4579ad',
  minor: '#a87800',
  major: '#ff8a5c',
  critical: '#ffd0de',
}
