import type { Socket } from 'node:net'
import type { UpstreamEvents } from './connection.ts'
import type { WireHead } from './wire/reply-head-text.ts'

/** What tells of the wake comes right after the micro's answer, if not before: the engine has done it by then. */
const LONGEST_MS = 50

interface Hold {
  /** No more is to be read for now. */
  readonly onHeld: () => void
  readonly onReleased: () => void
}

/**
 * Tells of an answer what it is told, but of its head, and of all that follows, not before something else has settled, or so much time has gone.
 * What is held is what one read brought.
 */
export class LaterEvents implements UpstreamEvents {
  readonly #events: UpstreamEvents
  readonly #hold: Hold
  #settled = false
  #held: (() => void)[] | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(events: UpstreamEvents, after: Promise<unknown>, hold: Hold) {
    this.#events = events
    this.#hold = hold
    void after.then(this.#release)
  }

  onConnected(): void {
    this.#events.onConnected()
  }

  onDrain(): void {
    this.#events.onDrain()
  }

  onInformation(reply: WireHead): void {
    this.#inOrder(() => this.#events.onInformation(reply))
  }

  onHead(reply: WireHead): void {
    if (!this.#settled) {
      this.#held = []
      this.#timer = setTimeout(this.#release, LONGEST_MS)
      this.#hold.onHeld()
    }
    this.#inOrder(() => this.#events.onHead(reply))
  }

  onData(bytes: Buffer): void {
    if (this.#held === undefined) {
      this.#events.onData(bytes)
      return
    }
    // The next read overwrites them.
    const copy = Buffer.from(bytes)
    this.#held.push(() => this.#events.onData(copy))
  }

  onRead(): void {
    this.#inOrder(() => this.#events.onRead())
  }

  onEnd(trailers: readonly string[]): void {
    this.#inOrder(() => this.#events.onEnd(trailers))
  }

  onUpgrade(reply: WireHead, socket: Socket, rest: Buffer): void {
    this.#inOrder(() => this.#events.onUpgrade(reply, socket, rest))
  }

  onError(code: string): void {
    this.#inOrder(() => this.#events.onError(code))
  }

  #inOrder(tell: () => void): void {
    if (this.#held === undefined) tell()
    else this.#held.push(tell)
  }

  readonly #release = (): void => {
    this.#settled = true
    clearTimeout(this.#timer)
    const held = this.#held
    this.#held = undefined
    if (held === undefined) return
    this.#hold.onReleased()
    for (const tell of held) tell()
  }
}
