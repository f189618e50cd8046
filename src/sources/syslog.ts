import { readFile } from 'node:fs/promises'
import * as v from 'valibot'
import { inCidr, isCidr } from '../domain/address.ts'
import { AppError } from '../domain/error.ts'
import { textOption } from './source-options.ts'
import type { SourceType } from './source-type.ts'
import { type Listener, SyslogListener } from './syslog-listener.ts'
import { CHECK_PATH, reasonOf } from './unreadable.ts'

const port = v.pipe(
  v.number('a number'),
  v.integer('a whole number'),
  v.minValue(0, '0 to 65535'),
  v.maxValue(65_535, '0 to 65535'),
  v.metadata({ description: 'Port to listen on: 514 unless given, with TLS 6514.' }),
)

const options = v.strictObject(
  {
    transport: v.optional(
      v.pipe(
        v.picklist(['tcp', 'udp', 'tls'], 'tcp, udp or tls'),
        v.metadata({
          description: 'How messages come. UDP loses what comes faster than it is taken; the others make senders wait.',
        }),
      ),
      'tcp',
    ),
    address: v.optional(textOption('Address to listen on; this machine alone unless given.'), '127.0.0.1'),
    port: v.optional(port),
    networks: v.optional(
      v.pipe(
        v.array(v.pipe(v.string('a range'), v.check(isCidr, 'an address or a range such as 10.0.0.0/8'))),
        v.metadata({
          description: 'Where senders may be: addresses and ranges. Anywhere unless given, which only TLS allows.',
        }),
      ),
    ),
    cert_file: v.optional(textOption('Certificate chain of this server in PEM, for TLS.')),
    key_file: v.optional(textOption('Private key of this server in PEM, for TLS.')),
  },
  'transport, address, port, networks, cert_file or key_file',
)

type Options = v.InferOutput<typeof options>

/** Audit records and ECS documents inside syslog messages. */
export const syslog: SourceType<Options> = {
  name: 'syslog',
  summary: 'audit records and ECS documents inside syslog messages, over UDP, TCP or TLS',
  references: [
    'https://www.rfc-editor.org/rfc/rfc3164',
    'https://www.rfc-editor.org/rfc/rfc5424',
    'https://www.rfc-editor.org/rfc/rfc5425',
    'https://www.rfc-editor.org/rfc/rfc6587',
  ],
  options,
  examples: [
    { title: 'from the syslog daemon of this machine', toml: 'source = [{ type = "syslog", port = 5514 }]' },
    {
      title: 'from a network, in the clear',
      toml: 'source = [{ type = "syslog", transport = "udp", address = "0.0.0.0", networks = ["10.0.0.0/8"] }]',
    },
    {
      title: 'from anywhere, encrypted',
      toml: 'source = [{ type = "syslog", transport = "tls", address = "0.0.0.0", cert_file = "/etc/oddsock/cert.pem", key_file = "/etc/oddsock/key.pem" }]',
    },
  ],
  async open(given) {
    checkReach(given)
    return [new SyslogListener(await listenerOf(given))]
  },
}

async function listenerOf({ transport, address, port, networks, cert_file, key_file }: Options): Promise<Listener> {
  const isAllowed = networks && ((peer: string) => networks.some((network) => inCidr(peer, network)))
  const place = { address, ...(isAllowed && { isAllowed }) }
  if (transport !== 'tls') return { ...place, transport, port: port ?? 514 }
  if (cert_file === undefined || key_file === undefined)
    throw new AppError({
      message: 'Cannot listen for syslog over TLS: cert_file and key_file are needed',
      code: 'SOURCE_TLS_INCOMPLETE',
      hint: 'Set both, or choose the transport tcp or udp.',
    })
  const [cert, key] = await Promise.all([pemOf(cert_file), pemOf(key_file)])
  return { ...place, transport, port: port ?? 6514, cert, key }
}

/** Whoever can reach us can tell us what happened on any host. */
function checkReach({ transport, address, networks }: Options): void {
  const isLocal = inCidr(address, '127.0.0.0/8') || inCidr(address, '::1') || address === 'localhost'
  if (isLocal || transport === 'tls' || (networks && networks.length > 0)) return
  throw new AppError({
    message: `Cannot listen for syslog on "${address}": anybody who reaches it could send`,
    code: 'SOURCE_OPEN_TO_ALL',
    hint: 'List the networks of your senders (networks = ["10.0.0.0/8"]), use TLS, or listen on 127.0.0.1.',
  })
}

async function pemOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    throw new AppError({
      message: `Cannot read "${path}": ${reasonOf(error)}`,
      code: 'SOURCE_TLS_UNREADABLE',
      hint: CHECK_PATH,
      cause: error,
    })
  }
}
