import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loginOf, terminalOf } from './session.ts'

const CASES = [
  { event: { 'auditd.data.tty': 'pts0', 'user.audit.id': '1000' }, terminal: 'yes', login: 'yes', why: 'a person' },
  {
    event: { 'auditd.data.tty': '(none)', 'user.audit.id': '1000' },
    terminal: 'no',
    login: 'yes',
    why: 'a job that a person left',
  },
  {
    event: { 'auditd.data.tty': '(none)' },
    terminal: 'no',
    login: 'no',
    why: 'a daemon: shippers leave the login out',
  },
  {
    event: { 'auditd.data.tty': '(none)', 'user.audit.id': '4294967295' },
    terminal: 'no',
    login: 'no',
    why: 'the number for nobody',
  },
  {
    event: { 'auditd.data.tty': '(none)', auditd: { summary: { actor: { primary: 'ann' } } } },
    terminal: 'no',
    login: 'yes',
    why: 'the summary tells',
  },
  {
    event: { 'auditd.data.tty': '(none)', auditd: { summary: { actor: { primary: 'unset' } } } },
    terminal: 'no',
    login: 'no',
    why: 'the summary tells nobody',
  },
  { event: { 'event.module': 'endpoint' }, terminal: undefined, login: undefined, why: 'a source that does not tell' },
]

test('terminal and login are told only where the source tells', () => {
  for (const { event, terminal, login, why } of CASES)
    assert.deepEqual([terminalOf(event), loginOf(event)], [terminal, login], why)
})
