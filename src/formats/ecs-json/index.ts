import type { Format } from '../format.ts'
import { decoder } from './decode.ts'
import { sighter } from './sight.ts'

export const ecsJson: Format = {
  name: 'ecs-json',
  summary: 'ECS documents, one JSON object a line: Auditbeat, Auditd Manager, Elastic Defend, Packetbeat, search dumps',
  references: ['https://www.elastic.co/guide/en/ecs/current/index.html'],
  recognise(head) {
    const text = head
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .trimStart()
    return text.startsWith('{') && text.includes('"@timestamp"') ? 1 : 0
  },
  decoder,
  sighter,
}
