import type { GatewayLimits } from '../limits.ts'
import { Connection } from './connection.ts'

interface Wanted {
  /** Whether a connection that has carried another request will do, and may be kept afterwards. */
  readonly reuse: boolean
  readonly mayUpgrade: boolean
}

interface Waiting extends Wanted {
  readonly use: (connection: Connection) => void
}

type Limits = Pick<GatewayLimits, 'upstreams' | 'idleUpstreams' | 'idleUpstreamMs'>

/**
 * The connections to one sandbox's socket, never shared with another. Idle ones are kept for a short time, the latest used first; past the
 * bound a request waits for one to end.
 */
export class UpstreamConnections {
  readonly #socketPath: string
  readonly #limits: Limits
  readonly #all = new Set<Connection>()
  /** Longest idle first. */
  readonly #idle: Connection[] = []
  readonly #waiting = new Set<Waiting>()
  #sweeper: NodeJS.Timeout | undefined

  constructor(socketPath: string, limits: Limits) {
    this.#socketPath = socketPath
    this.#limits = limits
  }

  /**
   * Calls `use` with a connection, which may still be connecting: at once if there is room.
   *
   * @returns a function for whoever does not want to wait any longer.
   */
  acquire(wanted: Wanted, use: (connection: Connection) => void): () => void {
    const kept = wanted.reuse ? this.#takeIdle() : undefined
    if (kept !== undefined) use(kept)
    else if (this.#all.size < this.#limits.upstreams) use(this.#open(wanted))
    else return this.#wait({ ...wanted, use })
    return nothing
  }

  /** Ends all connections, those in use as well. Others may be opened later. */
  close(): void {
    clearTimeout(this.#sweeper)
    this.#sweeper = undefined
    this.#idle.length = 0
    for (const connection of this.#all) connection.socket.destroy()
  }

  #open({ reuse, mayUpgrade }: Wanted): Connection {
    const connection = new Connection({
      socketPath: this.#socketPath,
      mayUpgrade,
      onIdle: reuse ? this.#onIdle : undefined,
      onClosed: this.#onClosed,
    })
    this.#all.add(connection)
    return connection
  }

  #wait(waiting: Waiting): () => void {
    this.#waiting.add(waiting)
    // What is idle is in the way of whoever needs one of its own.
    this.#idle.shift()?.socket.destroy()
    return () => this.#waiting.delete(waiting)
  }

  #takeIdle(): Connection | undefined {
    for (;;) {
      const connection = this.#idle.pop()
      if (connection === undefined || connection.open) return connection
    }
  }

  readonly #onIdle = (connection: Connection): void => {
    for (const waiting of this.#waiting) {
      if (!waiting.reuse) continue
      this.#waiting.delete(waiting)
      waiting.use(connection)
      return
    }
    if (this.#waiting.size > 0 || this.#idle.length >= this.#limits.idleUpstreams) {
      connection.socket.destroy()
      return
    }
    connection.idleSinceMs = performance.now()
    this.#idle.push(connection)
    // One timer that looks when it fires: one for each request would cost more than it saves.
    this.#sweeper ??= setTimeout(this.#sweep, this.#limits.idleUpstreamMs).unref()
  }

  readonly #sweep = (): void => {
    const nowMs = performance.now()
    const { idleUpstreamMs } = this.#limits
    this.#sweeper = undefined
    while (this.#idle[0] !== undefined && nowMs - this.#idle[0].idleSinceMs >= idleUpstreamMs - 1) {
      this.#idle.shift()?.socket.destroy()
    }
    const [next] = this.#idle
    if (next === undefined) return
    this.#sweeper = setTimeout(this.#sweep, next.idleSinceMs + idleUpstreamMs - nowMs).unref()
  }

  readonly #onClosed = (connection: Connection): void => {
    this.#all.delete(connection)
    const at = this.#idle.indexOf(connection)
    if (at !== -1) this.#idle.splice(at, 1)
    const [next] = this.#waiting
    if (next === undefined) return
    this.#waiting.delete(next)
    next.use(this.#open(next))
  }
}

function nothing(): void {
  // It has its connection already.
}
