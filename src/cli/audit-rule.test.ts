import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ConnectRule, connectRuleIn } from './audit-rule.ts'

const ALL: ConnectRule = { kind: 'all' }
const NONE: ConnectRule = { kind: 'none' }

const LISTS: readonly { readonly given: string; readonly expect: ConnectRule; readonly why: string }[] = [
  { given: 'No rules', expect: NONE, why: 'what auditctl says when there is none' },
  { given: '', expect: NONE, why: 'nothing' },
  { given: '-a always,exit -F arch=b64 -S connect -F key=net', expect: ALL, why: 'the rule that we recommend' },
  { given: '-a exit,always -F arch=b64 -S open,connect,close', expect: ALL, why: 'the older order, among other calls' },
  { given: '-a always,exit -F arch=x86_64 -S 42', expect: ALL, why: 'by number' },
  { given: '-a always,exit -F arch=b64 -S all -F key=everything', expect: ALL, why: 'all calls' },
  { given: '-a always,exit -F arch=b64 -S execve -S connect', expect: ALL, why: 'a flag for each call' },
  { given: '-a always,exit -F arch=b64 -S execve -F key=exec\n-w /etc/passwd -p wa', expect: NONE, why: 'other rules' },
  { given: '-a always,exit -F arch=b32 -S connect', expect: NONE, why: 'only programs of 32 bits' },
  {
    given: '-a always,exit -F arch=b64 -S connect -F auid>=1000 -F auid!=-1 -F key=net',
    expect: { kind: 'some', where: ['auid>=1000', 'auid!=-1'] },
    why: 'only for people, so no service is seen',
  },
  {
    given: '-a never,exit -F arch=b64 -S connect\n-a always,exit -F arch=b64 -S connect',
    expect: NONE,
    why: 'an earlier rule says never',
  },
  {
    given: '-a never,exit -F arch=b64 -S connect -F exe=/usr/bin/chatty\n-a always,exit -F arch=b64 -S connect',
    expect: ALL,
    why: 'never for one program only, which somebody wanted',
  },
  { given: '-a always,user -S connect', expect: NONE, why: 'not the list of calls' },
]

for (const { given, expect, why } of LISTS)
  test(`the rule for connect is ${expect.kind}: ${why}`, () => assert.deepEqual(connectRuleIn(given), expect))
