import type { Format } from './format.ts'

/** What the decoder of a format makes of some bytes, as text for a golden file: each event and reject with its place. */
export function golden(format: Format, bytes: Buffer): string {
  const told: string[] = []
  const reader = format.decoder(
    {},
    {
      event: (event, from, to) => void told.push(`# event in ${from}-${to}\n${JSON.stringify(event, null, 2)}\n`),
      reject: ({ reason, from, raw }) => void told.push(`# reject at ${from}: ${reason}\n${JSON.stringify(raw)}\n`),
    },
  )
  reader.lines(bytes, 0, bytes.length, 0)
  reader.end()
  return told.join('\n')
}
