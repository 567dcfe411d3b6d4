import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { roundTrip } from './requests.ts'

const REQUESTS = 300

/** So that the few requests that are measured do not tell of the client's own code, compiled for the first of them. */
export async function warmClient(): Promise<void> {
  const server = createServer((_request, response) => response.end('warm')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  for (let nth = 0; nth < REQUESTS; nth++) await roundTrip({ port, host: 'localhost' })
  server.close()
}
