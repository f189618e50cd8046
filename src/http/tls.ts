import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { AppError } from '../domain/error.ts'
import { reasonOf } from '../sources/unreadable.ts'

/** Paths of PEM files: the certificate with those that lead to its root, and its key. */
export interface TlsFiles {
  readonly cert: string
  readonly key: string
}

export interface Tls {
  readonly cert: Buffer
  readonly key: Buffer
}

/** @throws AppError HTTP_TLS_UNREADABLE for a file that cannot be read, or a pair that does not fit */
export async function readTls(files: TlsFiles): Promise<Tls> {
  const tls = { cert: await read(files.cert, 'certificate'), key: await read(files.key, 'private key') }
  try {
    createSecureContext(tls)
  } catch (cause) {
    throw new AppError({
      message: `Cannot use the certificate and its key: ${(cause as Error).message}`,
      where: `${files.cert}, ${files.key}`,
      code: 'HTTP_TLS_UNREADABLE',
      hint: 'Both are PEM files, and the key has to be that of the first certificate.',
      cause,
    })
  }
  return tls
}

async function read(file: string, what: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (cause) {
    throw new AppError({
      message: `Cannot read the ${what} in "${file}": ${reasonOf(cause)}`,
      code: 'HTTP_TLS_UNREADABLE',
      hint: 'Set http.tls_cert_file and http.tls_key_file to files that this user may read.',
      cause,
    })
  }
}
