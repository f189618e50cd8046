import type * as v from 'valibot'
import type { Problem } from '../../domain/error.ts'
import { type Checked, checkValue } from '../../domain/fault.ts'
import { type Located, plain, positionOf, whereIn } from './located.ts'

/**
 * Checks a value of a file against a schema. Each problem comes out as action, actual value, wanted one and place:
 * `Cannot load rule "x": anomaly_threshold is 150, expected 0 to 100`.
 *
 * @param action what cannot be done: `load rule "x"`
 * @param prefix of the codes: `RULE` gives `RULE_OUT_OF_RANGE`, `RULE_INCOMPLETE`, `RULE_INVALID`
 */
export function check<Schema extends v.GenericSchema>(
  schema: Schema,
  located: Located,
  file: string,
  action: string,
  prefix: string,
): Checked<v.InferOutput<Schema>, Problem> {
  const checked = checkValue(schema, plain(located))
  if (checked.problems.length === 0) return { value: checked.value as v.InferOutput<Schema>, problems: [] }
  const problems = checked.problems.map(({ path, says, kind }) => ({
    message: `Cannot ${action}: ${says}`,
    where: whereIn(file, positionOf(located, path)),
    code: `${prefix}_${kind}`,
  }))
  return { value: undefined, problems }
}
