import { createHmac } from 'node:crypto'
import { AppError } from '../domain/error.ts'

/** A secret as it is handed over: the prefix and the bytes in base64. */
const PREFIX = 'whsec_'
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/**
 * Reads the secrets of a file or variable: one or more, apart by white space. The first is as good as the last; there are several
 * while one takes the place of another.
 *
 * @param where the file or variable, for the error: the text itself is never told
 * @throws AppError SINK_SECRET_UNREADABLE
 */
export function readSecrets(text: string, where: string): readonly Buffer[] {
  const secrets = text.split(/\s+/).filter((word) => word !== '')
  if (secrets.length === 0) throw unreadable(where, 'it holds none')
  return secrets.map((secret) => {
    const body = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret
    if (!BASE64.test(body)) throw unreadable(where, 'it is not base64')
    const bytes = Buffer.from(body, 'base64')
    if (bytes.length < 24 || bytes.length > 64)
      throw unreadable(where, `it has ${bytes.length} bytes, expected 24 to 64`)
    return bytes
  })
}

function unreadable(where: string, what: string): AppError {
  return new AppError({
    message: `Cannot read a webhook secret: ${what}`,
    where,
    hint: 'Draw one with: echo "whsec_$(openssl rand -base64 32)"',
    code: 'SINK_SECRET_UNREADABLE',
  })
}

/**
 * The header `webhook-signature`: for each secret the HMAC-SHA256 of id, time and body, apart by spaces.
 *
 * @param seconds since 1970, as in the header `webhook-timestamp`
 */
export function signatureOf(secrets: readonly Buffer[], id: string, seconds: number, body: string): string {
  const signed = `${id}.${seconds}.${body}`
  return secrets.map((secret) => `v1,${createHmac('sha256', secret).update(signed).digest('base64')}`).join(' ')
}
