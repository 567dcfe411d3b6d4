import { lookup } from 'node:dns/promises'
import * as net from 'node:net'
import { getSystemErrorName } from 'node:util'

/** A port that this process has taken, and on which it accepts nothing itself. */
export interface OpenPort {
  /** To be handed to others, who listen on it. */
  readonly fd: number
  readonly host: string
  readonly port: number
}

/** Node's own way to take a port without accepting connections, as its cluster module uses it; undocumented, so `open-port.test.ts` looks after it. */
interface Native {
  _createServerHandle(address: string, port: number, family: 4 | 6): Handle | number
}

interface Handle {
  readonly fd: number
  getsockname(into: object): number
}

/**
 * Takes a port, and keeps it for as long as this process lives, whatever becomes of those who listen on it: what they have not accepted yet
 * waits for the next one.
 *
 * @param host a name or an address.
 * @throws an Error that names the port and why it cannot be had.
 */
export async function openPort(host: string, port: number): Promise<OpenPort> {
  const { address, family } = await lookup(host)
  const handle = (net as unknown as Native)._createServerHandle(address, port, family === 6 ? 6 : 4)
  if (typeof handle === 'number') throw new Error(`${host}:${port} cannot be had: ${getSystemErrorName(handle)}`)
  const bound: { port?: number } = {}
  handle.getsockname(bound)
  // A port that is taken is no error to libuv before somebody listens, and then the kernel would choose another one.
  if (bound.port === undefined || bound.port === 0 || (port !== 0 && bound.port !== port)) {
    throw new Error(`${host}:${port} cannot be had: EADDRINUSE`)
  }
  return { fd: handle.fd, host: address, port: bound.port }
}
