import { AppError } from '../domain/error.ts'
import { count, counted, enumerated } from '../domain/words.ts'
import type { ExceptionEffect, ShownException } from '../http/exceptions.ts'
import { jsonLine } from '../report/json-line.ts'
import { visible } from '../report/visible.ts'
import { alertNamed } from './alerts.ts'
import { EXIT } from './failure.ts'
import { type SettingsOptions, withApi } from './settings.ts'
import { type Io, Terminal } from './terminal.ts'

export interface ExceptOptions extends SettingsOptions {
  readonly scope?: readonly string[]
  readonly for: string
  readonly note?: string
  readonly dryRun?: boolean
  readonly hideReal?: boolean
  readonly json?: boolean
}

interface Made {
  readonly dry_run: boolean
  readonly exception: ShownException
  readonly effect: ExceptionEffect
}

/** `oddsock except`: an exception made from an alert, with what it would have hidden. @throws AppError EXCEPTION_HIDES_REAL */
export function except(id: string, options: ExceptOptions, io: Io): Promise<number> {
  return withApi(options, io, async (api) => {
    const terminal = new Terminal(io)
    const { 'kibana.alert.uuid': alert } = await alertNamed(api, id)
    const { scope, note, dryRun = false, hideReal = false } = options
    const made = await api.post<Made>('/api/v1/exceptions', {
      alert,
      for: options.for,
      dry_run: dryRun,
      ...(hideReal && { hide_real: hideReal }),
      ...(scope && { scope }),
      ...(note && { note }),
    })
    if (options.json) await terminal.out(jsonLine(made))
    else await printMade(made, terminal, scope === undefined)
    return EXIT.fine
  })
}

/** `oddsock exceptions list` */
export function listExceptions(options: SettingsOptions & { json?: boolean }, io: Io): Promise<number> {
  return withApi(options, io, async (api) => {
    const terminal = new Terminal(io)
    const { items } = await api.get<{ readonly items: readonly ShownException[] }>('/api/v1/exceptions')
    for (const item of items) await terminal.out(options.json ? jsonLine(item) : lineOf(item))
    if (items.length === 0) terminal.note(`No exceptions, from ${api.name}`)
    return EXIT.fine
  })
}

/** `oddsock exceptions remove`: by an id, or the beginning of one. @throws AppError HTTP_NOT_FOUND, EXCEPTION_AMBIGUOUS */
export function removeException(id: string, options: SettingsOptions, io: Io): Promise<number> {
  return withApi(options, io, async (api) => {
    const { items } = await api.get<{ readonly items: readonly ShownException[] }>('/api/v1/exceptions')
    const named = items.map(({ item_id }) => item_id).filter((item) => item === id || item.startsWith(id))
    if (named.length > 1 && !named.includes(id))
      throw new AppError({
        message: `Cannot tell which exception "${id}" is: several begin so`,
        code: 'EXCEPTION_AMBIGUOUS',
        hint: 'Give more of the id: oddsock exceptions list --json shows it whole.',
      })
    const whole = named.length === 1 ? named[0]! : id
    await api.delete(`/api/v1/exceptions/${encodeURIComponent(whole)}`)
    await new Terminal(io).out(`${visible(whole)} removed`)
    return EXIT.fine
  })
}

const USUAL = 'leave --dry-run out to make it'
const REFUSED = 'without --dry-run it is refused, unless --hide-real says that this is meant'

/** `usualScope`: nobody has said what it is to be bound to, so what it could not be bound to is news. */
async function printMade({ dry_run, exception, effect }: Made, terminal: Terminal, usualScope: boolean): Promise<void> {
  await terminal.out(
    `${dry_run ? 'Would keep' : 'From now on keeps'} quiet about ${conditionOf(exception)}${endOf(exception)}`,
  )
  if (usualScope)
    for (const scope of exception.covers_any)
      await terminal.out(`It covers any ${scope}: not all events of the alert name one that it could be bound to`)
  await terminal.out(
    `In the last 30 days it would have hidden ${count(effect.hidden)} of ${counted(effect.looked_at, 'alert')}` +
      `${effect.hidden_real > 0 ? `, ${count(effect.hidden_real)} of them judged as real` : ''}` +
      `${effect.smaller > 0 ? `, and taken events from ${count(effect.smaller)} more` : ''}`,
  )
  for (const { id, sentence } of effect.alerts)
    await terminal.out(`  ${visible(id.slice(0, 8))}  ${visible(sentence, 120)}`)
  if (dry_run) terminal.note(`Nothing was changed: ${effect.hidden_real > 0 ? REFUSED : USUAL}`)
  else terminal.note(`Undo with: oddsock exceptions remove ${visible(exception.item_id)}`)
}

function lineOf(item: ShownException): string {
  return `${visible(item.item_id)}  ${conditionOf(item)}${endOf(item)}${item.description ? `  (${visible(item.description, 80)})` : ''}`
}

function conditionOf({ entries, covers_any }: ShownException): string {
  const bound = entries.map((entry) => {
    const values = 'value' in entry ? [entry.value].flat().map((value) => visible(value, 60)) : ['*']
    return `${visible(entry.field)} ${entry.operator === 'excluded' ? 'not ' : ''}${enumerated(values, 3)}`
  })
  return [...bound, ...covers_any.map((scope) => `any ${scope}`)].join(', ')
}

function endOf({ expire_time, expired }: ShownException): string {
  if (expire_time === undefined) return ', for ever'
  return expired ? `, expired ${expire_time}` : `, until ${expire_time}`
}
