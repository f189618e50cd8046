import { and, equals, not, type Query } from '../../../query/ast.ts'
import { parseKql } from '../../../query/kql.ts'
import type { Dsl } from '../compile-query.ts'

/** One query and what it becomes in the cluster; where it must be wider than the query, documents are asked again afterwards. */
export interface QueryCase {
  readonly name: string
  readonly query: Query
  /** For our own indices: every field a keyword. */
  readonly own: Dsl | { readonly wider: Dsl }
  /** For indices that are mapped as ECS has it; the same unless said. */
  readonly ecs?: Dsl | { readonly wider: Dsl }
}

const term = (field: string, ...values: string[]): Dsl => ({ terms: { [field]: values } })
const all: Dsl = { match_all: {} }
const none: Dsl = { match_none: {} }
const exists = (field: string): Dsl => ({ exists: { field } })
const range = (gte: string, lte: string): Dsl => ({ range: { 'journal.addresses': { gte, lte } } })

export const QUERIES: readonly QueryCase[] = [
  { name: 'everything', query: { kind: 'all' }, own: all },
  { name: 'nothing', query: { kind: 'none' }, own: none },
  { name: 'a value', query: parseKql('process.name: nginx'), own: term('process.name', 'nginx') },
  { name: 'one of no values', query: equals('process.name'), own: none },
  { name: 'an empty value', query: equals('user.name', ''), own: term('user.name', '') },
  {
    name: 'a name that JavaScript has for itself',
    query: equals('process.name', '__proto__'),
    own: term('process.name', '__proto__'),
  },
  {
    name: 'one of several values',
    query: equals('event.category', 'process', 'file'),
    own: term('event.category', 'process', 'file'),
  },
  {
    name: 'a value in any case',
    query: { kind: 'equals', field: 'process.name', values: ['NGINX'], ignoreCase: true },
    own: { term: { 'process.name': { value: 'NGINX', case_insensitive: true } } },
  },
  {
    name: 'a value in any case, beyond ASCII',
    query: { kind: 'equals', field: 'process.name', values: ['ÄRGER'], ignoreCase: true },
    own: { wider: exists('process.name') },
  },
  { name: 'a field that is there', query: { kind: 'exists', field: 'user.name' }, own: exists('user.name') },
  {
    name: 'a field that is missing',
    query: not({ kind: 'exists', field: 'user.name' }),
    own: { bool: { must_not: [exists('user.name')] } },
  },
  {
    name: 'a pattern',
    query: { kind: 'wildcard', field: 'process.name', pattern: 'n?in*' },
    own: { wildcard: { 'process.name': { value: 'n?in*' } } },
  },
  {
    name: 'a pattern with a star that is meant',
    query: { kind: 'wildcard', field: 'process.name', pattern: 'a\\*b' },
    own: { wildcard: { 'process.name': { value: 'a\\*b' } } },
  },
  {
    name: 'a beginning',
    query: { kind: 'prefix', field: 'process.executable', prefix: '/usr/' },
    own: { prefix: { 'process.executable': { value: '/usr/' } } },
  },
  {
    name: 'both and not',
    query: and(equals('event.category', 'network'), not(equals('process.name', 'nginx', 'curl'))),
    own: {
      bool: {
        filter: [term('event.category', 'network'), { bool: { must_not: [term('process.name', 'nginx', 'curl')] } }],
      },
    },
  },
  {
    name: 'two of three',
    query: {
      kind: 'or',
      of: [equals('host.name', 'a'), equals('user.name', 'root'), equals('event.category', 'network')],
      atLeast: 2,
    },
    own: {
      bool: {
        should: [term('host.name', 'a'), term('user.name', 'root'), term('event.category', 'network')],
        minimum_should_match: 2,
      },
    },
  },
  {
    name: 'an address',
    query: equals('destination.ip', '0:0:0:0:0:0:0:1'),
    own: { term: { 'journal.addresses': 'destination.ip=::1' } },
    ecs: term('destination.ip', '0:0:0:0:0:0:0:1'),
  },
  {
    name: 'a range of addresses',
    query: equals('destination.ip', '10.0.0.0/9'),
    own: range('destination.ip@4:0a000000', 'destination.ip@4:0a7fffff'),
    ecs: term('destination.ip', '10.0.0.0/9'),
  },
  {
    name: 'a range of long addresses',
    query: equals('destination.ip', 'fe80::/10'),
    own: range(`destination.ip@6:fe80${'0'.repeat(28)}`, `destination.ip@6:febf${'f'.repeat(28)}`),
    ecs: term('destination.ip', 'fe80::/10'),
  },
  {
    name: 'a range of addresses within long ones',
    query: equals('destination.ip', '::ffff:10.0.0.0/104'),
    own: range('destination.ip@4:0a000000', 'destination.ip@4:0affffff'),
    ecs: term('destination.ip', '10.0.0.0/8'),
  },
  {
    name: 'no address',
    query: equals('destination.ip', 'here'),
    own: { term: { 'destination.ip': 'here' } },
    ecs: none,
  },
  { name: 'a number', query: equals('destination.port', 443), own: term('destination.port', '443') },
  {
    name: 'a text where numbers are',
    query: equals('destination.port', '0443'),
    own: term('destination.port', '0443'),
    ecs: none,
  },
  {
    name: 'a range of numbers',
    query: { kind: 'range', field: 'destination.port', gte: 100, lt: 1000 },
    own: { wider: exists('destination.port') },
    ecs: { range: { 'destination.port': { gte: 100, lt: 1000 } } },
  },
  {
    name: 'words of a text',
    query: { kind: 'match', field: 'message', text: 'Refused door' },
    own: { wider: all },
    ecs: { match: { message: 'Refused door' } },
  },
  {
    name: 'words next to each other',
    query: { kind: 'phrase', field: 'message', text: 'connection refused' },
    own: { wider: all },
    ecs: { match_phrase: { message: 'connection refused' } },
  },
  {
    name: 'what is outside of a wider question',
    query: not({ kind: 'range', field: 'process.pid', gt: 5 }),
    own: { wider: all },
    ecs: { bool: { must_not: [{ range: { 'process.pid': { gt: 5 } } }] } },
  },
  { name: 'a field that nobody has', query: equals('no.such', 'x'), own: { wider: all }, ecs: none },
]
