import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { GatewayLimits } from '../limits.ts'
import { plainAddress, type IsTrusted } from './address.ts'

/** What must be known of a client's connection beyond one request. */
export interface Connection {
  /** Requests that were taken. */
  taken: number
  /** Those of them that are not answered yet. */
  owed: number
  /** No further request of this connection is served, even if it has been read already. */
  refusing: boolean
  /** Ends the request whose body is on its way, when the connection turns out to be broken. */
  breakBody: ((fault: 'malformed' | 'too-slow') => void) | undefined
  /** Written once nothing is owed any more. */
  lastWords: string | undefined
}

/** Every client connection, bounded in total and for each address. */
export class Connections {
  readonly #limits: GatewayLimits
  readonly #isTrusted: IsTrusted | undefined
  readonly #connections = new WeakMap<object, Connection>()
  readonly #perAddress = new Map<string, number>()
  /** Those that no answer is owed to, longest idle first. */
  readonly #idle = new Set<Socket>()
  #total = 0

  /** @param isTrusted what is exempt from the bound for each address. */
  constructor(limits: GatewayLimits, isTrusted?: IsTrusted) {
    this.#limits = limits
    this.#isTrusted = isTrusted
  }

  get total(): number {
    return this.#total
  }

  watch(server: Server): void {
    server.on('connection', (socket: Socket) => this.#admit(socket))
  }

  of(socket: object): Connection {
    const known = this.#connections.get(socket)
    if (known !== undefined) return known
    const connection: Connection = { taken: 0, owed: 0, refusing: false, breakBody: undefined, lastWords: undefined }
    this.#connections.set(socket, connection)
    return connection
  }

  /** A request of it was taken. */
  owe(socket: Socket, connection: Connection): void {
    connection.taken += 1
    connection.owed += 1
    if (connection.owed === 1) this.#idle.delete(socket)
  }

  /** One was answered, or given up. */
  settle(socket: Socket, connection: Connection): void {
    connection.owed -= 1
    if (connection.owed === 0 && !socket.destroyed) this.#idle.add(socket)
  }

  #admit(socket: Socket): void {
    const key = this.#keyOf(socket.remoteAddress)
    const ofAddress = key === undefined ? 0 : (this.#perAddress.get(key) ?? 0)
    if (ofAddress >= this.#limits.connectionsPerAddress || !this.#hasRoom()) {
      socket.destroy()
      return
    }
    this.#total += 1
    this.#idle.add(socket)
    if (key !== undefined) this.#perAddress.set(key, ofAddress + 1)
    socket.once('close', () => {
      this.#total -= 1
      this.#idle.delete(socket)
      if (key !== undefined) this.#leave(key)
    })
  }

  /** Who holds connections and asks for nothing must not keep those out who ask. */
  #hasRoom(): boolean {
    if (this.#total < this.#limits.connections) return true
    for (const socket of this.#idle) {
      this.#idle.delete(socket)
      socket.destroy()
      return true
    }
    return false
  }

  #keyOf(address: string | undefined): string | undefined {
    return address !== undefined && this.#isTrusted?.(plainAddress(address)) === true ? undefined : addressKey(address)
  }

  #leave(key: string): void {
    const left = (this.#perAddress.get(key) ?? 1) - 1
    if (left === 0) this.#perAddress.delete(key)
    else this.#perAddress.set(key, left)
  }
}

/**
 * What connections are counted by: an IPv4 address, or the /64 of an IPv6 one, because a single customer usually holds that many.
 *
 * @returns undefined for loopback.
 */
export function addressKey(address: string | undefined): string | undefined {
  if (address === undefined) return 'unknown'
  const plain = plainAddress(address)
  if (plain === '::1' || plain.startsWith('127.')) return undefined
  if (!plain.includes(':')) return plain
  const [head = '', tail = ''] = plain.split('::')
  const groups = head === '' ? [] : head.split(':')
  const after = tail === '' ? [] : tail.split(':')
  if (plain.includes('::')) while (groups.length + after.length < 8) groups.push('0')
  return [...groups, ...after].slice(0, 4).join(':')
}
