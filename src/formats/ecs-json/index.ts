import type { Format } from '../format.ts'
import { decoder } from './decode.ts'
import { sighter } from './sight.ts'

export const ecsJson: Format = {
  name: 'ecs-json',
  summary: 'ECS documents, one JSON object a line: Auditbeat, Auditd Manager, Elastic Defend, Packetbeat, search dumps',
  references: ['https://www.elastic.co/guide/en/ecs/current/index.html'],
  recognise,
  decoder,
  sighter,
}

/** The share of lines that look like a document with a time; a last line that the head cuts off does not count. */
function recognise(head: Buffer): number {
  const lines = head.toString('utf8').split('\n')
  if (lines.length > 1) lines.pop()
  const written = lines.map((line) => line.replace(/^\uFEFF/, '').trim()).filter((line) => line !== '')
  if (written.length === 0) return 0
  return written.filter((line) => line.startsWith('{') && line.includes('"@timestamp"')).length / written.length
}
