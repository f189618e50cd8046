import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'

/** Counts what travels between a client and the nodes of a cluster: a plain relay in front of each. */
export class Wire {
  /** Bytes to the cluster and back, packed as they travel. */
  sent = 0
  received = 0
  readonly urls: string[] = []
  readonly #servers: Server[] = []

  static async before(nodes: readonly string[]): Promise<Wire> {
    const wire = new Wire()
    for (const node of nodes) await wire.#relay(new URL(node))
    return wire
  }

  async close(): Promise<void> {
    for (const server of this.#servers) server.close()
  }

  async #relay({ hostname, port }: URL): Promise<void> {
    const server = createServer((client) => {
      const node = connect(Number(port), hostname)
      client.on('data', (bytes) => {
        this.sent += bytes.length
      })
      node.on('data', (bytes) => {
        this.received += bytes.length
      })
      for (const side of [client, node])
        side.on('error', () => {
          client.destroy()
          node.destroy()
        })
      client.pipe(node)
      node.pipe(client)
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    this.urls.push(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    this.#servers.push(server)
  }
}
