import type { Program, Use } from './entries.ts'
import type { Judgement } from './judge.ts'
import { type Level, levelGroup } from './novelty-rates.ts'
import type { Scene } from './scene.ts'
import { learnHour, REACH } from './shape.ts'
import { directoryNumber } from './shape-state.ts'
import { isSettled } from './vetting.ts'

/** Likelihood ratios learn from what is new, on hosts that are not. */
export function learnShape(scene: Scene, { program: { level }, novelty }: Judgement, program: Program): void {
  const { state, group, host } = scene
  if (!isSettled(host, group.first)) return
  const { shape } = state
  if (level !== undefined || novelty === 2) {
    learnHour(state, group.first, novelty)
    if (group.argv0 !== undefined) {
      shape.argv0[group.argv0] += 1
      program.argv0.add(group.argv0, 1)
    }
    if (group.attended !== undefined) {
      const yes = group.attended ? 1 : 0
      shape.terminal[novelty]!.n += 1
      shape.terminal[novelty]!.yes += yes
      program.terminals.add(novelty, 1)
      program.attended.add(novelty, yes)
    }
  }
  if (level !== undefined && level >= 4 && group.directory !== '') {
    shape.directoriesN += 1
    shape.directories.set(group.directory, (shape.directories.get(group.directory) ?? 0) + 1)
    host.directories.add(directoryNumber(group.directory), 1)
  }
  if (level !== undefined && level >= 5) {
    shape.newDirectoryN += 1
    if (!state.entries.places.has(program.place)) shape.newDirectory += 1
  }
}

/** Counts how far new programs get in their first day and a half. To be asked after each bucket of a use. */
export function learnReach({ state, group, host }: Scene, use: Use): void {
  if (!isSettled(host, use.first) || group.first - use.first > REACH.within) return
  const reached = REACH.buckets.indexOf(use.buckets as 4 | 10 | 25)
  if (reached >= 0) state.shape.reached[levelGroup(use.level as Level)]![reached]! += 1
}
