import type { Connection, Use } from './connection.ts'

/** A request on its way to a micro; where it waits for a connection, what is done with it is done once it has one. */
export class UpstreamRequest {
  readonly #connection: Connection
  readonly #use: Use
  readonly #chunked: boolean

  constructor(connection: Connection, use: Use, chunked: boolean) {
    this.#connection = connection
    this.#use = use
    this.#chunked = chunked
  }

  /** Whether it went out on a connection that had carried another before, which the micro may have closed meanwhile. */
  get reused(): boolean {
    return this.#use.reused
  }

  get connected(): boolean {
    return this.#connection.connected
  }

  /** @returns false when it is to wait for `onDrain`. */
  write(bytes: Buffer): boolean {
    const { socket } = this.#connection
    if (this.#gone) return true
    if (!this.#chunked) return socket.write(bytes)
    if (bytes.length === 0) return true
    socket.cork()
    socket.write(`${bytes.length.toString(16)}\r\n`, 'latin1')
    socket.write(bytes)
    const goOn = socket.write('\r\n', 'latin1')
    socket.uncork()
    return goOn
  }

  end(trailers: readonly (readonly [string, string])[] = []): void {
    this.#use.written = true
    if (this.#gone || !this.#chunked) return
    const lines = trailers.map(([name, value]) => `${name}: ${value}\r\n`)
    this.#connection.socket.write(`0\r\n${lines.join('')}\r\n`, 'latin1')
  }

  /** Nothing of the answer is read until `resume`. */
  pause(): void {
    if (!this.#gone) this.#connection.socket.pause()
  }

  resume(): void {
    if (!this.#gone) this.#connection.socket.resume()
  }

  /** Ends the connection; nothing if the answer has ended already and the connection is no longer ours. */
  destroy(): void {
    if (!this.#gone) this.#connection.abandon()
  }

  get #gone(): boolean {
    return this.#connection.use !== this.#use
  }
}
