import stringWidth from 'string-width'
import type { EcsEvent } from '../domain/event.ts'
import { text, values } from '../domain/field.ts'
import { isoTime, parseTime } from '../domain/time.ts'
import { visible } from '../report/visible.ts'

/** Widest cells, in characters; an IPv6 address with its port is the longest of what is not cut. */
const CELL = 47
/** So much of the arguments is told, however narrow the terminal. */
const LEAST = 40
/** Where something is not told. */
const NONE = '-'

/** Prints events as lines of a table whose columns are as wide as those that it was made with need. */
export class EventLines {
  readonly #columns: readonly ((event: EcsEvent) => string)[]
  readonly #widths: readonly number[]
  readonly #room: number

  /**
   * @param first those by which columns are chosen: the host is told where there are several
   * @param width of the terminal
   */
  constructor(first: readonly EcsEvent[], width: number) {
    const hosts = new Set(first.map((event) => text(event, 'host.name')))
    const columns = [
      timeOf,
      ...(hosts.size > 1 ? [told('host.name')] : []),
      told('process.name'),
      userOf,
      peerOf,
      told('event.action'),
    ]
    this.#columns = columns.map((column) => (event: EcsEvent) => visible(column(event), CELL))
    this.#widths = this.#columns.map((column) => Math.max(0, ...first.map((event) => stringWidth(column(event)))))
    this.#room = Math.max(LEAST, width - this.#widths.reduce((sum, one) => sum + one + 2, 0))
  }

  line(event: EcsEvent): string {
    const cells = this.#columns.map((column, i) => padded(column(event), this.#widths[i]!))
    return `${cells.join('  ')}  ${visible(argumentsOf(event), this.#room)}`.trimEnd()
  }
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)))
}

function told(field: string): (event: EcsEvent) => string {
  return (event) => text(event, field) || NONE
}

function timeOf(event: EcsEvent): string {
  const time = parseTime(values(event, '@timestamp')[0])
  return Number.isNaN(time) ? NONE : isoTime(time)
}

function userOf(event: EcsEvent): string {
  return text(event, 'user.name') || text(event, 'user.id') || NONE
}

/** The other side: an address with its port, or the path of a local socket. */
function peerOf(event: EcsEvent): string {
  const ip = text(event, 'destination.ip')
  const port = text(event, 'destination.port')
  if (!ip) return text(event, 'destination.path') || NONE
  if (port === undefined) return ip
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`
}

function argumentsOf(event: EcsEvent): string {
  const args = values(event, 'process.args').join(' ')
  return args || text(event, 'process.command_line') || text(event, 'process.title') || ''
}
