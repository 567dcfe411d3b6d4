import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface CountingProxy {
  readonly port: number
  /** Requests so far. */
  count(): number
  close(): Promise<void>
}

/** Hands every request on to a port of this machine, and counts them. */
export async function countingProxy(to: number): Promise<CountingProxy> {
  let count = 0
  const server = createServer((incoming, outgoing) => {
    count += 1
    const { method, url, headers } = incoming
    const call = request({ host: '127.0.0.1', port: to, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    call.on('error', () => outgoing.destroy())
    incoming.pipe(call)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    count: () => count,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
