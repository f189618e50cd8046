import { jsonLine } from '../report/json-line.ts'
import { visible } from '../report/visible.ts'
import { EXIT } from './failure.ts'
import { type SettingsOptions, settingsOf } from './settings.ts'
import { type Io, Terminal } from './terminal.ts'

/** `oddsock config`: every setting, and who set it. */
export async function showConfig(options: SettingsOptions & { json?: boolean }, io: Io): Promise<number> {
  const terminal = new Terminal(io)
  const { settings, file } = settingsOf(options, io)
  const width = Math.max(...settings.map(({ name }) => name.length))
  for (const setting of settings)
    await terminal.out(
      options.json
        ? jsonLine(setting)
        : `${visible(setting.name).padEnd(width)}  ${visible(JSON.stringify(setting.value))}  ${terminal.paint(visible(setting.origin), 'dim')}`,
    )
  if (file === undefined) terminal.note('No settings file: /etc/oddsock/oddsock.toml, or --config FILE')
  return EXIT.fine
}
