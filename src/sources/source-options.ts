import * as v from 'valibot'
import type { Format } from '../formats/format.ts'
import { FORMATS } from '../formats/index.ts'

/** Options that several kinds of sources have. */

/** A text that is not empty, with what it is for. */
export function textOption(description: string) {
  return v.pipe(v.string('a text'), v.minLength(1, 'a text'), v.metadata({ description }))
}

export const hostOption = v.optional(
  textOption('The host of events that name none; else the machine, or the folder of a log that lies elsewhere.'),
)

const NAMES = FORMATS.map(({ name }) => name)

export const formatOption = v.optional(
  v.pipe(
    v.picklist(NAMES, `one of ${NAMES.join(', ')}`),
    v.metadata({ description: 'The format of the lines; told by the content unless given.' }),
  ),
)

/** The format that `formatOption` has let through. */
export function formatNamed(name: string | undefined): { readonly format: Format } | undefined {
  const format = FORMATS.find((one) => one.name === name)
  return format && { format }
}
