import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rawLinesSentence } from './raw-lines.ts'

for (const [given, said] of [
  [
    { count: 12_345, more: false, indices: ['filebeat-1'] },
    '12,345 documents of filebeat-1 are raw audit lines, not joined in the cluster: nothing is seen of what they tell',
  ],
  [
    { count: 1, more: false, indices: ['a'] },
    '1 document of a is a raw audit line, not joined in the cluster: nothing is seen of what it tells',
  ],
  [
    { count: 1_000_000, more: true, indices: ['a', 'b', 'c', 'd', '\u001b[2J'] },
    'More than 1,000,000 documents of a, b, c and 2 more are raw audit lines, not joined in the cluster: nothing is seen of what they tell',
  ],
] as const)
  test(said.slice(0, 40), () => assert.equal(rawLinesSentence(given), said))

test('the name of an index is shown and does nothing to a terminal', () => {
  const said = rawLinesSentence({ count: 2, more: false, indices: ['\u001b[2J'] })
  assert.doesNotMatch(said, /[\u0000-\u001f]/)
})
