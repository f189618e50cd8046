import type { Format } from '../format.ts'
import { decoder } from './decode.ts'
import { sighter } from './sight.ts'

export const ecsJson: Format = {
  name: 'ecs-json',
  summary: 'ECS documents, one JSON object a line: Auditbeat, Auditd Manager, Elastic Defend, Packetbeat, search dumps',
  references: ['https://www.elastic.co/guide/en/ecs/current/index.html'],
  recognise(head) {
    const line = head
      .toString('utf8', 0, Math.max(0, head.indexOf(10)) || head.length)
      .replace(/^\uFEFF/, '')
      .trimStart()
    if (!line.startsWith('{')) return 0
    return line.includes('"@timestamp"') ? 1 : 0.5
  },
  decoder,
  sighter,
}
