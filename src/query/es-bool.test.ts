import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '../domain/error.ts'
import type { EcsEvent } from '../domain/event.ts'
import { parseEsQuery } from './es-bool.ts'
import { matches } from './match.ts'

const term = (field: string, value: unknown) => ({ term: { [field]: value } })
const a = { a: '1' }
const ab = { a: '1', b: '1' }
const c = { c: '1' }
const nothing = {}

const CASES: readonly { given: unknown; holds: readonly EcsEvent[]; not: readonly EcsEvent[]; why: string }[] = [
  { given: { match_all: {} }, holds: [a, nothing], not: [], why: 'match_all' },
  { given: { match_all: { boost: 1.2 } }, holds: [a], not: [], why: 'a boost changes nothing' },
  { given: { match_none: {} }, holds: [], not: [a, nothing], why: 'match_none' },
  { given: term('a', '1'), holds: [a, { a: ['0', '1'] }, { a: 1 }], not: [nothing, { a: '2' }], why: 'short term' },
  { given: term('a', { value: '1', boost: 2 }), holds: [a], not: [nothing], why: 'long term' },
  { given: term('a', { value: 'X', case_insensitive: true }), holds: [{ a: 'x' }], not: [a], why: 'term without case' },
  { given: { terms: { a: ['1', 2], boost: 1 } }, holds: [a, { a: '2' }], not: [c], why: 'terms' },
  { given: { terms: { a: [] } }, holds: [], not: [a, nothing], why: 'no terms match nothing' },
  { given: { match: { a: '1' } }, holds: [a], not: [c], why: 'short match' },
  {
    given: { match: { 'host.os.type': { query: 'linux', operator: 'OR' } } },
    holds: [{ host: { os: { type: 'linux' } } }],
    not: [{ host: { os: { type: 'linux x' } } }],
    why: 'match as the modules write it',
  },
  {
    given: { match: { message: { query: 'x y', operator: 'and' } } },
    holds: [{ message: 'y, x' }],
    not: [{ message: 'x' }],
    why: 'match with every word',
  },
  {
    given: { match_phrase: { message: 'x y' } },
    holds: [{ message: 'a x y' }],
    not: [{ message: 'y x' }],
    why: 'match_phrase',
  },
  {
    given: { range: { port: { gte: 1, lt: 1024 } } },
    holds: [{ port: 22 }, { port: '22' }],
    not: [{ port: 1024 }, nothing],
    why: 'range',
  },
  { given: { exists: { field: 'a' } }, holds: [a], not: [c, { a: null }], why: 'exists' },
  {
    given: { wildcard: { a: { wildcard: 'jenkins*' } } },
    holds: [{ a: 'jenkins-7' }],
    not: [a],
    why: 'wildcard, older spelling',
  },
  {
    given: { wildcard: { a: { value: 'j*', case_insensitive: true } } },
    holds: [{ a: 'J' }],
    not: [a],
    why: 'wildcard without case',
  },
  { given: { prefix: { a: 'jen' } }, holds: [{ a: 'jenkins' }], not: [a], why: 'prefix' },
  { given: { constant_score: { filter: term('a', '1'), boost: 3 } }, holds: [a], not: [c], why: 'constant_score' },
  { given: { bool: {} }, holds: [a, nothing], not: [], why: 'an empty bool holds' },
  { given: { bool: { filter: term('a', '1') } }, holds: [a], not: [c], why: 'one clause without a list' },
  {
    given: { bool: { filter: [term('a', '1')], must: [term('b', '1')] } },
    holds: [ab],
    not: [a],
    why: 'filter and must',
  },
  {
    given: { bool: { must_not: [term('a', '1'), term('b', '1')] } },
    holds: [c, nothing],
    not: [a, ab],
    why: 'none of must_not',
  },
  {
    given: { bool: { should: [term('a', '1'), term('c', '1')] } },
    holds: [a, c],
    not: [{ b: '1' }],
    why: 'should alone wants one',
  },
  {
    given: { bool: { should: [term('a', '1')], must_not: [term('b', '1')] } },
    holds: [a],
    not: [ab, c],
    why: 'beside must_not it still wants one',
  },
  {
    given: { bool: { filter: [term('a', '1')], should: [term('b', '1')] } },
    holds: [a, ab],
    not: [c],
    why: 'beside a filter it only raises the score',
  },
  {
    given: { bool: { filter: [term('a', '1')], should: [term('b', '1')], minimum_should_match: 1 } },
    holds: [ab],
    not: [a],
    why: 'unless a minimum is given',
  },
  {
    given: { bool: { should: [term('a', '1'), term('b', '1'), term('c', '1')], minimum_should_match: 2 } },
    holds: [ab],
    not: [a],
    why: 'two of three',
  },
  {
    given: { bool: { should: [term('a', '1'), term('b', '1'), term('c', '1')], minimum_should_match: '-1' } },
    holds: [ab],
    not: [a],
    why: 'all but one',
  },
  {
    given: { bool: { should: [term('a', '1'), term('b', '1'), term('c', '1')], minimum_should_match: '70%' } },
    holds: [ab],
    not: [a],
    why: '70 % of three is two',
  },
  {
    given: { bool: { should: [term('a', '1'), term('b', '1'), term('c', '1')], minimum_should_match: '-40%' } },
    holds: [ab],
    not: [a],
    why: 'all but 40 % of three, which is one',
  },
  {
    given: { bool: { should: [term('a', '1')], minimum_should_match: 2 } },
    holds: [],
    not: [a, nothing],
    why: 'more than there are',
  },
  {
    given: { bool: { should: [term('a', '1')], minimum_should_match: 0 } },
    holds: [a, nothing],
    not: [],
    why: 'none at all',
  },
]

test('each query type selects what Elasticsearch selects', () => {
  for (const { given, holds, not, why } of CASES) {
    const query = parseEsQuery(given)
    for (const event of holds) assert.equal(matches(query, event), true, `${why}: holds for ${JSON.stringify(event)}`)
    for (const event of not) assert.equal(matches(query, event), false, `${why}: fails for ${JSON.stringify(event)}`)
  }
})

const ERRORS: readonly { given: unknown; where: string; says: RegExp }[] = [
  { given: null, where: 'query', says: /expected an object, found null/ },
  { given: [], where: 'query', says: /expected an object/ },
  { given: {}, where: 'query', says: /found none/ },
  { given: { term: { a: 1 }, terms: { b: [1] } }, where: 'query', says: /"term", "terms"/ },
  { given: { regexp: { a: '.*' } }, where: 'query.regexp', says: /"regexp" is not understood/ },
  { given: { query_string: { query: 'a:1' } }, where: 'query.query_string', says: /"query_string" is not understood/ },
  {
    given: { bool: { filter: [{ match_all: {} }, { nested: {} }] } },
    where: 'query.bool.filter[1].nested',
    says: /nested/,
  },
  { given: { bool: { musst: [] } }, where: 'query.bool.musst', says: /"musst"/ },
  {
    given: { bool: { should: [], minimum_should_match: '3<90%' } },
    where: 'query.bool.minimum_should_match',
    says: /3<90%/,
  },
  { given: { term: { a: { value: 1, fuzz: 2 } } }, where: 'query.term.a.fuzz', says: /"fuzz"/ },
  { given: { term: { a: [1] } }, where: 'query.term.a', says: /expected a text/ },
  { given: { term: { a: { case_insensitive: true } } }, where: 'query.term.a', says: /found nothing/ },
  { given: { terms: { a: { index: 'i', id: '1', path: 'p' } } }, where: 'query.terms.a', says: /expected a list/ },
  { given: { range: { a: {} } }, where: 'query.range.a', says: /at least one/ },
  { given: { range: { '@timestamp': { gte: 'now-15m' } } }, where: 'query.range.@timestamp.gte', says: /now-15m/ },
  { given: { range: { a: { gte: 1, format: 'yyyy' } } }, where: 'query.range.a.format', says: /yyyy/ },
  { given: { exists: { field: 7 } }, where: 'query.exists.field', says: /found 7/ },
  { given: JSON.parse('{"__proto__": {}}'), where: 'query.__proto__', says: /"__proto__" is not understood/ },
]

test('what is not understood is named, with the path to it', () => {
  for (const { given, where, says } of ERRORS)
    assert.throws(
      () => parseEsQuery(given),
      (error) =>
        error instanceof AppError &&
        error.code === 'QUERY_UNREADABLE' &&
        error.where === where &&
        says.test(error.message),
      `${JSON.stringify(given)} at ${where}`,
    )
})

test('a query that nests without end is refused, not followed', () => {
  let deep: unknown = { match_all: {} }
  for (let i = 0; i < 10_000; i++) deep = { bool: { filter: [deep] } }
  assert.throws(() => parseEsQuery(deep), /nest more than/)
})
