import { eventKeyOf } from '../../domain/identity.ts'
import { parseTime } from '../../domain/time.ts'
import type { LineReader, SightingSink, SightOptions } from '../format.ts'
import { decoder } from './decode.ts'

/** Decodes in full and asks for the profile of every event: correct, and as slow as the decoder. */
export function sighter<P>(options: SightOptions<P>, sink: SightingSink<P>): LineReader {
  const { fingerprint, profile } = options
  return decoder(options, {
    event(event, from, to) {
      const id = eventKeyOf(event, { fingerprint, offset: from })
      sink.sight(profile(event), parseTime(event['@timestamp']), Number.NaN, id, from, to)
    },
    reject: (reject) => sink.reject(reject),
  })
}
