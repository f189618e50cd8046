/** The pages with something made in them, in the order in which a reader takes them: later ones use the files of earlier ones. */
export const RUN_PAGES: readonly string[] = [
  'README.md',
  'docs/tutorials/first-alert.md',
  'docs/how-to/silence-a-backup-job.md',
  'docs/how-to/bring-your-elastic-rules.md',
  'docs/how-to/record-connects.md',
  'docs/reference/cli.md',
  'docs/reference/settings.md',
  'docs/reference/formats.md',
  'docs/reference/alert-fields.md',
]
