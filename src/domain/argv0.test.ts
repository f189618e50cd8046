import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Argv0Class, argv0ClassOf } from './argv0.ts'

interface Case {
  readonly executable?: string
  readonly name?: string
  readonly args?: readonly string[]
  readonly title?: string
  readonly expect: Argv0Class | undefined
  readonly why: string
}

const CASES: readonly Case[] = [
  { executable: '/usr/bin/curl', name: 'curl', args: ['curl', '-s'], expect: 'file', why: 'its own name' },
  {
    executable: '/usr/bin/python3.11',
    name: 'python3',
    args: ['python3', 'x.py'],
    expect: 'file',
    why: 'a link with fewer digits',
  },
  {
    executable: '/usr/bin/python3.11',
    name: 'x.py',
    args: ['/usr/bin/python3', './x.py'],
    expect: 'file',
    why: 'a script by its first line',
  },
  { executable: '/usr/bin/bash', name: 'bash', args: ['-bash'], expect: 'file', why: 'a login shell' },
  {
    executable: '/usr/sbin/nginx',
    name: 'nginx',
    title: 'nginx: worker process',
    expect: 'file',
    why: 'a title that it gave itself',
  },
  { executable: '/opt/x (deleted)', name: 'x', args: ['x'], expect: 'file', why: 'a file that is gone' },
  {
    executable: '/usr/bin/vim.basic',
    name: 'vi',
    args: ['vi', 'a'],
    expect: 'file',
    why: 'a link, known by its thread',
  },
  { executable: '/tmp/x', name: 'x', args: ['sshd'], expect: 'unlike', why: 'the name of another' },
  { executable: '/tmp/x', name: 'x', args: ['[kworker/0:1]'], expect: 'bracketed', why: 'brackets around it' },
  {
    executable: '/tmp/x',
    name: 'kworker/u8:3',
    args: ['x'],
    expect: 'bracketed',
    why: 'the thread of a kernel worker',
  },
  { name: 'kworker/0:1', args: ['x'], expect: undefined, why: 'a true kernel thread has no file' },
  { executable: '/usr/bin/curl', name: 'curl', expect: undefined, why: 'no arguments are known' },
]

test('a process is classed by how its first argument stands to its file and its thread', () => {
  for (const { executable, name, args, title, expect, why } of CASES) {
    const process = {
      ...(executable && { executable }),
      ...(name && { name }),
      ...(args && { args }),
      ...(title && { title }),
    }
    assert.equal(argv0ClassOf({ process }), expect, why)
  }
})
