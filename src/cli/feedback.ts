import type { Scope } from '../domain/scope.ts'
import { enumerated } from '../domain/words.ts'
import type { ShownFeedback } from '../http/feedback.ts'
import { jsonLine } from '../report/json-line.ts'
import { visible } from '../report/visible.ts'
import { SHORT_ID } from './alert-lines.ts'
import { alertNamed, forEach } from './alerts.ts'
import { EXIT } from './failure.ts'
import { type SettingsOptions, withApi } from './settings.ts'
import { type Io, Terminal } from './terminal.ts'

export interface FeedbackOptions extends SettingsOptions {
  readonly scope?: readonly string[]
  readonly for?: string
  readonly note?: string
  readonly as?: string
  readonly dryRun?: boolean
  readonly json?: boolean
}

interface Taught {
  readonly dry_run: boolean
  readonly feedback: ShownFeedback
}

/** `oddsock alerts expect` and `malicious`: what the model is to learn of each; 1 when one of them could not be had. */
export function teach(
  ids: readonly string[],
  says: ShownFeedback['says'],
  { scope, for: length, note, as: by, dryRun = false, json = false, ...options }: FeedbackOptions,
  io: Io,
): Promise<number> {
  return withApi(options, io, async (api) => {
    const terminal = new Terminal(io)
    const exit = await forEach(ids, terminal, async (id) => {
      const { 'kibana.alert.uuid': alert } = await alertNamed(api, id)
      const wish = { ...(scope && { scope }), ...(length && { for: length }), ...(note && { note }), ...(by && { by }) }
      const taught = await api.post<Taught>('/api/v1/feedback', { alert, says, dry_run: dryRun, ...wish })
      for (const line of json ? [jsonLine(taught)] : feedbackLines(taught.feedback)) await terminal.out(line)
    })
    if (dryRun) terminal.note('Nothing was changed: leave --dry-run out to say it')
    return exit
  })
}

/** `oddsock alerts feedback`: all that was said for models to learn from. */
export function listFeedback(options: SettingsOptions & { json?: boolean }, io: Io): Promise<number> {
  return withApi(options, io, async (api) => {
    const terminal = new Terminal(io)
    const { items } = await api.get<{ readonly items: readonly ShownFeedback[] }>('/api/v1/feedback')
    for (const item of items)
      for (const line of options.json ? [jsonLine(item)] : feedbackLines(item)) await terminal.out(line)
    if (items.length === 0) terminal.note(`Nobody has said anything for the models to learn from, from ${api.name}`)
    return EXIT.fine
  })
}

/** What a model was told, as lines: of an incident on several hosts, one for each. */
function feedbackLines({ alert, says, scopes, until, expired, from, note }: ShownFeedback): string[] {
  const id = visible(alert.slice(0, SHORT_ID))
  const when =
    says === 'expected'
      ? expired
        ? `expected until ${until}, expired`
        : `expected until ${until}`
      : `malicious from ${from} on`
  const said = note === undefined ? '' : `  (${visible(note, 80)})`
  return scopes.map((scope) => `${id} ${when}: ${scopeText(scope)}${said}`)
}

function scopeText({ program, host, user, peers }: Scope): string {
  const bound = [
    ['program', program],
    ['host', host],
    ['user', user],
  ].flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value === '' ? '(none)' : visible(value, 80)}`]))
  const to =
    peers === undefined
      ? []
      : [
          `peers ${enumerated(
            peers.map((peer) => visible(peer, 60)),
            5,
          )}`,
        ]
  return [...bound, ...to].join(', ')
}
