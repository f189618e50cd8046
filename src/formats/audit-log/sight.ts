import type { LineReader, SightingSink, SightOptions } from '../format.ts'
import { decoder } from './decode.ts'

/** Decodes in full and asks for the profile of every event: correct, and as slow as the decoder. */
export function sighter<P>(options: SightOptions<P>, sink: SightingSink<P>): LineReader {
  return decoder(options, {
    event(event, from, to) {
      const time = Date.parse(String(event['@timestamp']))
      sink.sight(options.profile(event), time, Number.NaN, Number.NaN, from, to)
    },
    reject: (reject) => sink.reject(reject),
  })
}
