import { count, counted } from '../domain/words.ts'
import type { AlertEventsDocument } from '../http/alert-events.ts'
import { jsonLine } from '../report/json-line.ts'
import { hasJoined } from '../report/told-alert.ts'
import { SHORT_ID } from './alert-lines.ts'
import { alertNamed, pathOf } from './alerts.ts'
import { EventLines } from './event-lines.ts'
import { EXIT } from './failure.ts'
import { type SettingsOptions, withApi } from './settings.ts'
import { type Io, Terminal } from './terminal.ts'

export interface AlertEventsOptions extends SettingsOptions {
  readonly limit: number
  readonly json?: boolean
}

/** Events of one request. */
const PAGE = 500

/** `oddsock alerts events`: what an alert stands for, event by event. */
export function listAlertEvents(
  id: string,
  { limit, json = false, ...options }: AlertEventsOptions,
  io: Io,
): Promise<number> {
  return withApi(options, io, async (api) => {
    const terminal = new Terminal(io)
    const alert = await alertNamed(api, id)
    const uuid = alert['kibana.alert.uuid']
    let lines: EventLines | undefined
    let shown = 0
    let page: AlertEventsDocument
    let after: string | undefined
    do {
      const asked = { limit: String(Math.min(PAGE, limit - shown)), after }
      page = await api.get<AlertEventsDocument>(`${pathOf(uuid)}/events`, asked)
      lines ??= new EventLines(page.items, terminal.columns)
      for (const event of page.items) await terminal.out(json ? jsonLine(event) : lines.line(event))
      shown += page.items.length
      after = page.next ?? undefined
    } while (after !== undefined && shown < limit)
    const joined = hasJoined(alert)
    const more = after === undefined ? '' : '; there are more (--limit)'
    terminal.note(
      `${counted(shown, 'event')} of alert ${uuid.slice(0, SHORT_ID)}${joined ? ' and of what joined it' : ''}${more}, from ${api.name}`,
    )
    if (page.kept < page.count)
      terminal.note(
        `${count(page.kept)} of ${counted(page.count, 'event')}${joined ? ' of the alert itself' : ''} ${page.count === 1 ? 'is' : 'are'} still kept`,
      )
    return EXIT.fine
  })
}
