import { FORMATS } from '../../src/formats/index.ts'

/** The formats of the catalogue. */
export function formatList(): string {
  const rows = FORMATS.map(({ name, summary, references }) => {
    const links = references.map((url, i) => `[${i + 1}](${url})`).join(' ')
    return `| \`${name}\` | ${summary} | ${links} |`
  })
  return ['| `--format` | what it is | sources |', '|---|---|---|', ...rows].join('\n')
}
