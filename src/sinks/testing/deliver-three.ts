// Delivers three messages of 600 bytes and more into the file that is named, and says of each how it went.
import { derivedId } from '../../domain/hash.ts'
import { ndjsonFile } from '../ndjson-file.ts'

const sink = await ndjsonFile.open('file', { path: process.argv[2]! })
for (let n = 0; n < 3; n++) {
  const id = derivedId('alert', n)
  const alert = { '@timestamp': '2026-01-06T00:00:00.000Z', 'kibana.alert.uuid': id, message: 'x'.repeat(600) }
  try {
    await sink.deliver({
      notice: { id: derivedId(id, 'created'), alert_id: id, reason: 'created' },
      alert: { ...alert, 'kibana.alert.workflow_status': 'open' },
    })
    console.log('delivered')
  } catch (error) {
    console.log((error as NodeJS.ErrnoException).code)
  }
}
