import { text } from '../domain/field.ts'
import { visible } from '../report/visible.ts'
import type { Sink, SinkMessage } from '../sinks/sink.ts'
import type { Terminal } from './terminal.ts'

/** Tells alerts as they come to whoever looks at the terminal on which a server was started. */
export class AlertTeller implements Sink {
  readonly name = 'terminal'
  readonly #terminal: Terminal

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  async deliver({ notice, alert }: SinkMessage): Promise<void> {
    const sentence = text(alert, 'kibana.alert.reason') ?? ''
    const id = alert['kibana.alert.uuid'].slice(0, 8)
    await this.#terminal.out(visible(`${notice.reason.padEnd(9)}  ${id}  ${sentence}`))
  }

  async close(): Promise<void> {}
}
