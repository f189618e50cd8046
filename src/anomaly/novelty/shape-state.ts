import { DIRECTORY_CLASSES } from '../../domain/directory-class.ts'

/**
 * What the fleet's novelties look like, for the likelihood ratios of detection-design §7. Novelties are of three classes, which
 * differ in terminals and hours: births of a known program, births of an unknown one, and peer novelties of a known use.
 */
export const NOVELTY_CLASSES = ['known program', 'unknown program', 'new peer'] as const
export type NoveltyClass = 0 | 1 | 2

export interface ShapeState {
  /** Births of a level ≥ 4 by directory class. */
  readonly directories: Map<string, number>
  directoriesN: number
  /** Births of a level ≥ 5, and those in a directory in which no network program was ever seen. */
  newDirectoryN: number
  newDirectory: number
  /** By masquerade class: like its file, unlike, in brackets. */
  readonly argv0: [number, number, number]
  readonly terminal: { n: number; yes: number }[]
  /** Births with a peer outside, and those of standard tools that have no network code. */
  outsideBirths: number
  localTools: number
  /** Uses that reached out to far more peers at once than ever before (`leapTerm`). */
  leaps: number
  /** By class, 12 cells: weekday or weekend, four hours each. */
  readonly hours: number[][]
  /** Programs that used a port to the outside, by `portKey`; and programs that went outside at all. */
  readonly outsidePorts: Map<string, number>
  outsidePrograms: number
  /** Births by level group, and how many of them went on for 4, 10 and 25 buckets within 36 hours. */
  readonly born: [number, number]
  readonly reached: [number, number, number][]
}

export const HOUR_CELLS = 12

/** Directory classes as numbers: 0 for none of them, then those of the design. */
export const DIRECTORY_NUMBERS = 1 + DIRECTORY_CLASSES.length

export function directoryNumber(directory: string): number {
  return 1 + (DIRECTORY_CLASSES as readonly string[]).indexOf(directory)
}

export function directoryOf(number: number): string {
  return DIRECTORY_CLASSES[number - 1] ?? ''
}

export function newShape(): ShapeState {
  return {
    directories: new Map(),
    directoriesN: 0,
    newDirectoryN: 0,
    newDirectory: 0,
    argv0: [0, 0, 0],
    terminal: NOVELTY_CLASSES.map(() => ({ n: 0, yes: 0 })),
    outsideBirths: 0,
    localTools: 0,
    leaps: 0,
    hours: NOVELTY_CLASSES.map(() => Array<number>(HOUR_CELLS).fill(0)),
    outsidePorts: new Map(),
    outsidePrograms: 0,
    born: [0, 0],
    reached: [
      [0, 0, 0],
      [0, 0, 0],
    ],
  }
}
