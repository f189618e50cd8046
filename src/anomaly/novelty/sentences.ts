import { accountText } from '../../domain/novelty-fields.ts'
import type { TermName } from '../../domain/term-name.ts'
import { shortened } from '../../domain/words.ts'
import { INBOUND } from './facts.ts'
import type { Term } from './term.ts'

/** Why a term is what it is, in one sentence, from the numbers that made it. Counter-evidence has sentences too. */
export function sentenceOf(term: Term): string {
  const numbers = Object.entries(term.numbers).map(([name, it]) => [name, typeof it === 'string' ? shortened(it) : it])
  return SENTENCES[term.name](Object.fromEntries(numbers), term.nats)
}

type Numbers = Readonly<Record<string, number | string>>

const SENTENCES: Readonly<Record<TermName, (numbers: Numbers, nats: number) => string>> = {
  program: sentenceOfProgram,
  review: (n) =>
    `Was there when learning began. Only ${n.qualified} of ${n.vetted} such programs called an outside address that nothing else calls, on one host or two${Number(n.buckets) > 1 ? `; this one in ${n.buckets} intervals` : ''}.`,
  'unknown endpoint': (n) =>
    `Nothing in the fleet that keeps to its peers ${n.inbound === 1 ? 'was ever asked by' : 'ever contacted'} ${at(n)}${habit(n, '; ')}${n.near === 1 ? '. It knows a neighbour of that address' : ''}.${rollOut(n)}`,
  'new range': (n) => `${n.range} is new to ${n.program}${habit(n, ', which ')}.${rollOut(n)}`,
  'new port': (n) => `Port ${n.port} is new to ${n.program}.`,
  'known endpoint': (n) =>
    `${at(n)} is new to ${n.program}, but it is in a range that the program uses, and others contact it.`,
  'new internal peer': (n) =>
    `${n.ip} is a new peer inside the network for ${n.program} under ${who(n.user)} on this host.`,
  persistence: (n) =>
    Number(n.endpointBuckets) >= Number(n.rangeBuckets)
      ? `Came back in ${n.endpointBuckets} intervals to ${n.ip}, which nothing else contacts.`
      : `Came back in ${n.rangeBuckets} intervals to ${n.range}, which no other user or host reaches with this program.`,
  reach: (n) =>
    `Active in ${n.buckets} intervals since it appeared; ${n.reached} of ${n.of} new programs here got to ${n.least} within a day and a half.`,
  directory: (n) =>
    `Its code lies in ${PLACES.get(String(n.directory)) ?? 'another place'}; ${n.seen} of ${n.of} new programs here did.`,
  'new directory': (n) =>
    n.new === 1
      ? `No network program was ever seen in ${n.place || '/'}; that was so for ${n.seen} of ${n.of} new programs here.`
      : `Other network programs lie in ${n.place || '/'} too.`,
  'name of itself': (n) => `${CALLS_ITSELF[Number(n.class)]}; ${n.seen} of ${n.of} novelties here did.`,
  'no network of its own': (n) =>
    `${n.program} is a standard tool without any network code: something else speaks in its place. Of ${n.of} programs that were new here and went outside, ${n.seen} were such tools.`,
  hour: (n) => `It happened on a ${cellName(Number(n.cell))} (UTC); ${n.seen} of ${n.of} novelties here did.`,
  terminal: (n) =>
    `${n.attended === 1 ? 'A person was logged in' : 'Nobody was logged in'}; ${n.seen} of ${n.of} novelties of this kind here had a terminal or a login.`,
  port: (n) => `${portText(String(n.port))} by ${n.programs} of ${n.of} programs.`,
  'fan-out': (n) => `Contacted ${n.peers} peers within one interval; at most ${n.before} before.`,
  leap: (n) =>
    `Contacted ${n.peers} peers within one interval, where it had ${n.before} at most before; accounts here did such a thing ${times(n.leaps, 'time')} in ${n.days} active days${Number(n.others) > 0 ? `, and today on ${times(n.others, 'other host')}` : ''}.`,
  'new peers at once': (n) => `${n.peers} peers inside the network are new to it within one interval.`,
  'roll-out': (n) => `${n.hosts} hosts got this program within a day: that looks like a roll-out.`,
  burst: (n) => `${n.findings} programs of this account were found within three days on this host.`,
}

const PLACES: ReadonlyMap<string, string> = new Map([
  ['inl', 'no file at all, but on the command line'],
  ['del', 'a file that is gone or was never on disk'],
  ['hid', 'a hidden place'],
  ['tmp', 'a temporary directory'],
  ['etc', '/etc'],
  ['home', 'a home directory'],
  ['sys', 'a system directory'],
  ['lib', 'a library directory'],
  ['local', 'a place for local software'],
])

const CALLS_ITSELF = [
  'It calls itself like its file',
  'It calls itself unlike its file and its thread',
  'It calls itself like a thread of the kernel, but has a file',
]

/** What a level says (see `novelty-rates.ts`), of program, user and host. */
const LEVELS: readonly ((n: Numbers) => string)[] = [
  () => '',
  (n) =>
    `${who(n.user)} runs ${n.program} here for the first time; both are known on this host, and to each other elsewhere.`,
  (n) => `First time ${who(n.user)} runs ${n.program} on this host; elsewhere this user does.`,
  (n) => `First time ${who(n.user)} runs ${n.program} anywhere; others on this host do.`,
  (n) => `${n.program} is new to this host and to ${who(n.user)}; it is known on ${n.hosts} of ${n.fleet} hosts.`,
  (n) => `${n.program} was never seen in the fleet, though what runs it was.`,
  (n) => `${n.program} was never seen in the fleet.`,
]

function sentenceOfProgram(n: Numbers): string {
  const said = LEVELS[Number(n.level)]!(n)
  if (Number(n.silence) > 0)
    return `${said} It appeared while learning went on, and its silence before is worth ${Number(n.silence).toFixed(1)} nats.`
  const age = Number(n.age)
  return age < 0.02 ? said : `New ${times(Math.round(age * 10) / 10, 'day')} ago: ${said}`
}

function cellName(cell: number): string {
  const from = (cell % 6) * 4
  return `${cell < 6 ? 'weekday' : 'weekend'} between ${from} and ${from + 4} h`
}

/** An address with its port. */
export function endpointText({ ip, port }: { readonly ip: string | number; readonly port: string | number }): string {
  return port === '' ? String(ip) : String(ip).includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`
}

/** What a program that is not new itself did so far. */
function habit({ program, groups, hosts }: Numbers, join: string): string {
  if (Number(groups) === 0) return ''
  const who = join === '; ' ? `${program} ` : ''
  return `${join}${who}was active in ${times(groups, 'interval')} so far, on ${times(hosts, 'host')}`
}

function rollOut({ otherHosts }: Numbers): string {
  return Number(otherHosts) > 0 ? ` ${times(otherHosts!, 'other host')} began with that range this week too.` : ''
}

/** What is done with a service: by its number, all of the web alike, and those that others come to apart. */
function portText(service: string): string {
  if (service.startsWith(INBOUND)) return `${ownPort(service.slice(INBOUND.length))} is offered to the outside`
  return `${service === 'web' ? 'A port of the web' : `Port ${service}`} is used to the outside`
}

function ownPort(port: string): string {
  if (port === '') return 'A port of its own'
  return port === 'web' ? 'A port of its own of the web' : `Its own port ${port}`
}

function at({ ip = '', port = '' }: Numbers): string {
  return endpointText({ ip, port })
}

function who(user: number | string | undefined): string {
  const name = String(user ?? '')
  const said = accountText(name)
  return said === name ? `\`${said}\`` : said
}

function times(count: number | string | undefined, noun: string): string {
  return `${count} ${noun}${Number(count) === 1 ? '' : 's'}`
}
