import { isoTime } from '../../../domain/time.ts'
import { openStateFile } from '../open-state.ts'

/**
 * A process that writes to a state folder until it is killed: alert n with its notice, every tenth time a model of a megabyte, then
 * the cursor n, and then n to standard output. It goes on where the cursor stands.
 */
const { alerts, state } = await openStateFile(process.argv[2]!, '0.1.0')
process.stdout.write('open\n')
let cursor = (await state.get('cursor')) ?? { version: 0, doc: 0 }
for (let n = Number(cursor.doc) + 1; ; n++) {
  const alert = {
    '@timestamp': isoTime(n),
    'kibana.alert.uuid': `alert ${n}`,
    'kibana.alert.workflow_status': 'open',
  } as const
  await alerts.create(alert, { id: `notice ${n}`, alert_id: `alert ${n}`, reason: 'created' })
  if (n % 10 === 0) {
    const model = Array.from({ length: 100_000 }, (_, i) => n * i)
    await state.put('model', { n, model }, (await state.get('model'))?.version ?? 0)
  }
  await state.put('cursor', n, cursor.version)
  cursor = { version: cursor.version + 1, doc: n }
  process.stdout.write(`${n}\n`)
}
