import type { JobOutcome } from '../app/scan.ts'
import { untoldBecause } from '../domain/untold.ts'
import type { ReportRecord } from '../report/report.ts'

/** The records of a job as a page, or a person, is told of them. */
export function reportRecords({ records, feed }: JobOutcome): ReportRecord[] {
  const hostColumn = feed.fields.indexOf('host.name')
  return records.map(({ record, rows }) => {
    const untold = untoldBecause(record)
    return {
      job: record.job_id,
      timestamp: record.timestamp,
      value: record.by_field_value ?? '',
      hosts: [...new Set(rows.map((row) => row.values[hostColumn] ?? ''))],
      record_score: record.record_score,
      ...(untold && { untold }),
    }
  })
}
