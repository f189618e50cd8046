import { AppError } from '../domain/error.ts'
import type { Detector, Job } from '../domain/job.ts'
import { NOVELTY } from '../domain/novelty-fields.ts'
import { compileCustomRules, type FilterLists, type RuleSubject, type Verdict } from './custom-rules.ts'
import type { DetectorFunction } from './functions/function.ts'
import { FUNCTIONS } from './functions/index.ts'

/** A detector ready to run: its function found, its fields as columns of the observations. */
export interface CompiledDetector {
  readonly index: number
  readonly config: Detector
  readonly fn: DetectorFunction
  readonly byColumn: number
  readonly partitionColumn: number | undefined
  readonly useNull: boolean
  readonly rules: (subject: RuleSubject) => Verdict
}

/** Settings that would change the result, and that no function of ours understands. */
const NOT_UNDERSTOOD = ['over_field_name', 'exclude_frequent']

/**
 * All detectors of a job.
 *
 * @param fields names of the values of an observation, in order
 * @throws AppError JOB_FUNCTION_UNKNOWN, JOB_NOVELTY_NOT_ALONE, JOB_DETECTOR_INCOMPLETE, JOB_SETTING_UNSUPPORTED and those of custom rules
 * @throws RangeError when a field of the detector is not among `fields`: the datafeed was not made for this job
 */
export function compileDetectors(job: Job, fields: readonly string[], filters: FilterLists): CompiledDetector[] {
  return job.analysis_config.detectors.map((config, index) => {
    const where = `${job.job_id}: analysis_config.detectors[${index}]`
    if (config.function === NOVELTY) throw notAlone(job.job_id, where)
    const fn = FUNCTIONS.get(config.function)
    if (!fn) throw unknownFunction(config.function, where)
    for (const need of fn.needs) if (!config[need]) throw incomplete(config.function, need, where)
    for (const setting of NOT_UNDERSTOOD)
      if (config[setting] !== undefined && config[setting] !== 'none') throw unsupported(setting, config, where)
    return {
      index,
      config,
      fn,
      byColumn: columnOf(config.by_field_name!, fields),
      partitionColumn: config.partition_field_name ? columnOf(config.partition_field_name, fields) : undefined,
      useNull: config.use_null === true,
      rules: compileCustomRules(config, filters),
    }
  })
}

/** The place of a field among `fields`. @throws RangeError when it has none */
export function columnOf(field: string, fields: readonly string[]): number {
  const column = fields.indexOf(field)
  if (column < 0) throw new RangeError(`Cannot find field "${field}" among the observed fields ${fields.join(', ')}`)
  return column
}

function unknownFunction(name: string, where: string): AppError {
  return new AppError({
    message: `Cannot run detector: function "${name}" is unknown`,
    where,
    code: 'JOB_FUNCTION_UNKNOWN',
    hint: `Known functions: ${[...FUNCTIONS.keys(), NOVELTY].join(', ')}.`,
  })
}

/** A job of `novelty` alone never comes here: it has a model of its own. */
function notAlone(jobId: string, where: string): AppError {
  return new AppError({
    message: `Cannot run job "${jobId}": "${NOVELTY}" must be the only detector of its job`,
    where,
    code: 'JOB_NOVELTY_NOT_ALONE',
    hint: 'Make two jobs of it, and name both with --job.',
  })
}

function incomplete(name: string, need: string, where: string): AppError {
  return new AppError({
    message: `Cannot run detector: function "${name}" needs ${need}`,
    where,
    code: 'JOB_DETECTOR_INCOMPLETE',
    hint: `Add ${need} to the detector, with the field that it is to look at.`,
  })
}

function unsupported(setting: string, config: Detector, where: string): AppError {
  return new AppError({
    message: `Cannot run detector: ${setting} "${config[setting]}" is not supported`,
    where,
    code: 'JOB_SETTING_UNSUPPORTED',
    hint: `Without ${setting} the job runs, with other results than in Elastic.`,
  })
}
