import { SINKS } from '../sinks/index.ts'
import { SOURCES } from '../sources/index.ts'
import type { Catalogues } from './read-settings.ts'

/** The kinds of sources and sinks that settings may name. */
export const CATALOGUES: Catalogues = { sources: SOURCES, sinks: SINKS }
